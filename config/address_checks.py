"""System checks of addresses in the settings: of the site itself, of the one that it follows, and where to write to."""

import ipaddress
import re
from email.utils import parseaddr
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.core.checks import Error, register
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from papers.ingest.client import origin


@register
def base_url(app_configs, **kwargs):
    base = urlsplit(settings.BASE_URL)
    if not _is_site(base):
        return [
            Error(
                f"BASE_URL is no address of a site: {settings.BASE_URL!r}.",
                hint="For example https://papers.example.org, without a path.",
                id="broadsheet.E003",
            )
        ]
    if base.scheme == "http" and _is_public(base.hostname):
        return [
            Error(
                f"BASE_URL is plain http on a public host: {settings.BASE_URL}.",
                hint="Put a proxy with https in front of the site, and set BASE_URL=https://…",
                id="broadsheet.E004",
            )
        ]
    return []


@register
def contact(app_configs, **kwargs):
    """The addresses that mails and other sites show can be written to. By default they are made from BASE_URL."""
    errors = []
    if not _is_site(urlsplit(settings.BASE_URL)):
        return errors
    if not _is_mailbox(parseaddr(settings.DEFAULT_FROM_EMAIL)[1]):
        message = f"EMAIL_FROM has no mail address: {settings.DEFAULT_FROM_EMAIL!r}."
        hint = "For example Broadsheet <papers@example.org>"
        errors.append(Error(message, hint=hint, id="broadsheet.E015"))
    mailbox = settings.CONTACT.removeprefix("mailto:")
    if not settings.CONTACT.startswith(("https://", "http://", "tel:")) and not _is_mailbox(mailbox):
        message = f"CONTACT is neither a mail address nor a web address: {settings.CONTACT!r}."
        errors.append(Error(message, hint="For example press@example.org", id="broadsheet.E015"))
    return errors


@register
def followed_site(app_configs, **kwargs):
    """A site that is followed has an address like this one's, and is another one, since votes would count twice."""
    site = origin(settings.HUB_URL)
    if site != settings.HUB_URL:
        message = f"HUB_URL is no address of a site: {settings.HUB_URL!r}."
    elif site == origin(settings.BASE_URL):
        message = f"HUB_URL is this site itself: {settings.HUB_URL}."
    else:
        return []
    hint = "Give https://huggingface.co or the address of another Broadsheet, without a path. It needs https."
    return [Error(message, hint=hint, id="broadsheet.E010")]


def _is_site(url: SplitResult) -> bool:
    """Returns whether an address is that of a site: scheme, host and perhaps a port, and nothing else."""
    try:
        rest = url.port is not None and not 0 < url.port < 65_536, url.username, url.path, url.query, url.fragment
    except ValueError:
        return False
    is_host = re.fullmatch(r"[a-z0-9._-]+|[0-9a-f.:]+", url.hostname or "")
    return url.scheme in ("http", "https") and is_host is not None and not any(rest)


def _is_mailbox(address: str) -> bool:
    try:
        EmailValidator(allowlist=["localhost", urlsplit(settings.BASE_URL).hostname])(address)
    except ValidationError:
        return False
    return True


def _is_public(host: str) -> bool:
    """Returns whether others may reach this host: a global address, or a name with a dot that is not a local one."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." in host and not host.endswith((".localhost", ".local", ".lan", ".internal", ".test"))
    return address.is_global
