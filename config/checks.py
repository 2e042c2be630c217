"""System checks: a site that would be unsafe or dumb does not start, and says why."""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Warning, register


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


@register(deploy=True)
def mail(app_configs, **kwargs):
    if settings.MAILERS["default"]["BACKEND"].endswith("LogBackend"):
        return [
            Warning(
                "Mail goes to the log: EMAIL_URL is not set.",
                hint="EMAIL_URL=smtp+tls://user:password@mail.example.org:587",
                id="broadsheet.W001",
            )
        ]
    return []


def _is_public(host: str) -> bool:
    """Whether strangers could be at this host: any name with a dot, unless it is known to be local."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." in host and not host.endswith((".localhost", ".local", ".lan", ".internal", ".test"))
    return address.is_global
