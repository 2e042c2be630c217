"""What the site tells machines of itself: robots.txt, llms.txt and security.txt."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.urls import reverse

from papers.lists.exports import FORMS
from papers.lists.filters import PaperFilter
from papers.lists.list import EXPORT_LIMIT, FEED_FORMS, ORDERS
from papers.lists.query import SEARCHES
from papers.syndication.frames import MAX_PAPERS as MAX_FRAMED

# Where one signs in, sets something, reads what is one's own, or has a link that nobody else should find.
_CLOSED = [
    *("accounts/", "admin/", "invitations/", "letters/", "moderation/", "notifications", "settings/"),
    *("bookmarks", "papers/following"),
]


def robots() -> str:
    """RFC 9309. The longest rule that fits wins, so that feeds may be filtered and pages may not: those are endless."""
    rules = [
        "User-agent: *",
        *(f"Disallow: /{path}" for path in _CLOSED),
        "Disallow: /*?",
        *(f"Allow: /*.{form}?" for form in FEED_FORMS),
        "",
        f"Sitemap: {settings.BASE_URL}{reverse('papers:sitemap')}",
    ]
    return "\n".join(rules) + "\n"


def told() -> dict:
    """What llms.txt needs."""
    fields = PaperFilter.base_filters
    return {
        "site": settings.BASE_URL,
        "filters": [(name, field.label) for name, field in fields.items()],
        "orders": [(name, order.name) for name, order in ORDERS.items()],
        "kinds": [(name, label) for name, label in SEARCHES.items() if name],
        "forms": [(name, form.name) for name, form in FORMS.items()],
        "most": EXPORT_LIMIT,
        "most_framed": MAX_FRAMED,
    }


def security(path: str) -> str:
    """RFC 9116, for a file at this path; "" if nobody is named. It expires within a year, and changes once a month."""
    contact, now = _contact(settings.CONTACT), datetime.now(UTC)
    if not contact or settings.CONTACT == settings.BASE_URL:  # the default, at which nobody is named
        return ""
    expires = datetime(now.year + 1, now.month, 1, tzinfo=UTC)
    return (
        f"Contact: {contact}\n"
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}\n"
        "Preferred-Languages: en\n"
        f"Canonical: {settings.BASE_URL}{path}\n"
    )


def _contact(told: str) -> str:
    """As a URI that the RFC allows; "" for what is neither that nor a mail address."""
    parts = urlsplit(told)
    if (parts.scheme == "https" and parts.hostname) or (parts.scheme in ("mailto", "tel") and parts.path):
        return told
    try:
        validate_email(told)
    except ValidationError:
        return ""
    return f"mailto:{told}"
