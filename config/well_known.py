"""The files that describe the site to programs: robots.txt, llms.txt and security.txt."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.urls import reverse

from papers.lists.exports import FORMATS
from papers.lists.filters import PaperFilter
from papers.lists.list import EXPORT_LIMIT, FEED_FORMATS, ORDERS
from papers.lists.query import SEARCHES
from papers.syndication.frames import MAX_PAPERS as MAX_FRAMED

# Paths of sign-in, settings, personal pages, and links that must not be found by others.
_DISALLOWED = [
    *("accounts/", "admin/", "api/", "invitations/", "letters/", "moderation/", "notifications", "settings/"),
    *("bookmarks", "papers/following"),
]


def robots() -> str:
    """Returns robots.txt (RFC 9309). Feeds may be crawled with filters, pages may not: they have endless variants.

    Of several rules that match an address, the longest one applies.
    """
    rules = [
        "User-agent: *",
        *(f"Disallow: /{path}" for path in _DISALLOWED),
        "Disallow: /*?",
        *(f"Allow: /*.{format}?" for format in FEED_FORMATS),
        "",
        f"Sitemap: {settings.BASE_URL}{reverse('papers:sitemap')}",
    ]
    return "\n".join(rules) + "\n"


def llms_context() -> dict:
    """Returns the context of the template of llms.txt."""
    return {
        "site": settings.BASE_URL,
        "filters": [(name, field.label) for name, field in PaperFilter.base_filters.items() if name != "seen"],
        "orders": [(name, order.name) for name, order in ORDERS.items()],
        "kinds": [(name, label) for name, label in SEARCHES.items() if name],
        "formats": [(name, format.name) for name, format in FORMATS.items()],
        "most": EXPORT_LIMIT,
        "most_framed": MAX_FRAMED,
    }


def security(path: str) -> str:
    """Returns security.txt (RFC 9116) for a file at this path, or "" if CONTACT is not set or names nobody.

    The file expires within a year, and changes once a month.
    """
    uri, now = contact(), datetime.now(UTC)
    if not uri:
        return ""
    expires = datetime(now.year + 1, now.month, 1, tzinfo=UTC)
    return (
        f"Contact: {uri}\n"
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}\n"
        "Preferred-Languages: en\n"
        f"Canonical: {settings.BASE_URL}{path}\n"
    )


def contact() -> str:
    """Returns CONTACT as a URI that RFC 9116 allows, or "" if it is not set or is no way to reach anybody."""
    text = settings.CONTACT
    uri = urlsplit(text)
    if text == settings.BASE_URL:  # the default
        return ""
    if (uri.scheme == "https" and uri.hostname) or (uri.scheme in ("mailto", "tel") and uri.path):
        return text
    try:
        validate_email(text)
    except ValidationError:
        return ""
    return f"mailto:{text}"
