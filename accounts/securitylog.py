"""What is written of a request into a person's security log."""

from django.http import HttpRequest

from accounts import browser
from accounts.models import SecurityEvent, User
from accounts.models.securityevent import Kind
from lib import throttle
from lib.http import client_ip

LONGEST_DETAIL = SecurityEvent._meta.get_field("detail").max_length


def record(request: HttpRequest, user: User, kind: Kind, detail: str = "") -> SecurityEvent:
    """Write that this happened to the user's account, from which network and with which browser."""
    return SecurityEvent.objects.create(
        user=user,
        kind=kind,
        detail=detail[:LONGEST_DETAIL],
        network=throttle.network(client_ip(request)),
        browser=browser.in_words(request.headers.get("User-Agent", "")),
    )
