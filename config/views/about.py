"""The pages that say what this site is, what it keeps of its readers, and whom to write to."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.models import securityevent, user
from config import well_known
from inbox.models import notification, subscription
from lib.pages import DENSITY_COOKIE, page
from lib.replicas import WRITTEN_SECONDS
from papers.models import dataexport, removedpaper, seen, votenetwork

# How many days the site keeps what the page about privacy names.
DAYS = {
    "exports": dataexport.KEPT.days,
    "notifications": notification.KEPT.days,
    "security_log": securityevent.KEPT.days,
    "removed_papers": removedpaper.RESTORABLE.days,
    "seen": seen.KEPT.days,
    "sessions": settings.SESSION_COOKIE_AGE // 86_400,
    "vote_networks": votenetwork.KEPT.days,
    "unconfirmed": user.CONFIRMED_WITHIN.days,
    "unsubscribed": subscription.RESUMABLE.days,
}
COOKIES = {
    "density": DENSITY_COOKIE,
    "session": settings.SESSION_COOKIE_NAME,
    "csrf": settings.CSRF_COOKIE_NAME,
    "messages": settings.MESSAGES_COOKIE_NAME,
    "written": settings.WRITTEN_COOKIE_NAME,
}


def about(request: HttpRequest) -> HttpResponse:
    """Say what the site is, for those who come here for the first time."""
    return page(request, "config/about.html", {}, version=())


def privacy(request: HttpRequest) -> HttpResponse:
    """Say what is stored of readers, for how long, who sees it, and how to leave."""
    service = urlsplit(settings.EMBEDDING).hostname  # None unless it is the address of a service
    seconds = WRITTEN_SECONDS if settings.REPLICAS else None
    context = {"days": DAYS, "cookies": COOKIES, "search_service": service, "written_seconds": seconds}
    return page(request, "config/privacy.html", context, version=(service, seconds))


def contact(request: HttpRequest) -> HttpResponse:
    """Say whom to write to: the setting CONTACT."""
    uri = well_known.contact()
    context = {"uri": uri, "label": uri.partition(":")[2].removeprefix("//")}
    return page(request, "config/contact.html", context, version=uri)
