"""Writing entries of people's security logs for a request."""

from django.http import HttpRequest

from accounts import browser
from accounts.models import SecurityEvent, User
from accounts.models.securityevent import EventKind
from lib.limits import network_of

MAX_DETAIL = SecurityEvent._meta.get_field("detail").max_length


def record(request: HttpRequest, user: User, kind: EventKind, detail: str = "") -> None:
    """Write an event of the user's account, with the network and the browser that the request came from."""
    SecurityEvent.objects.create(user=user, kind=kind, detail=detail[:MAX_DETAIL], **_origin(request))


def record_failure(request: HttpRequest, user: User, kind: EventKind) -> SecurityEvent:
    """Write or count a failed attempt to sign in to the user's account. Returns the event that counts it."""
    return SecurityEvent.objects.add_failure(user, kind, **_origin(request))


def end_other_sessions(request: HttpRequest) -> None:
    """End all other sessions of the person and the addresses of their feeds, and write an event of it."""
    request.user.revoke_access(keep=request.session.session_key)
    record(request, request.user, EventKind.SESSIONS_ENDED)


def _origin(request: HttpRequest) -> dict[str, str]:
    return {
        "network": network_of(request),
        "browser": browser.name(request.headers.get("User-Agent", "")),
    }
