"""What is written of a request into a person's security log."""

from django.http import HttpRequest

from accounts import browser
from accounts.models import SecurityEvent, User
from accounts.models.securityevent import EventKind
from lib.http import network_of

LONGEST_DETAIL = SecurityEvent._meta.get_field("detail").max_length


def record(request: HttpRequest, user: User, kind: EventKind, detail: str = "") -> None:
    """Write that this happened to the user's account, from which network and with which browser."""
    SecurityEvent.objects.create(user=user, kind=kind, detail=detail[:LONGEST_DETAIL], **_origin(request))


def record_failure(request: HttpRequest, user: User, kind: EventKind) -> SecurityEvent:
    """Write or count that an attempt to get into the user's account failed."""
    return SecurityEvent.objects.add_failure(user, kind, **_origin(request))


def end_other_sessions(request: HttpRequest) -> None:
    """End all other sessions of the person and the addresses of their feeds, and write that this was done."""
    request.user.revoke_access(keep=request.session.session_key)
    record(request, request.user, EventKind.SESSIONS_ENDED)


def _origin(request: HttpRequest) -> dict[str, str]:
    return {
        "network": network_of(request),
        "browser": browser.in_words(request.headers.get("User-Agent", "")),
    }
