"""Rate limits of requests, by the person who is signed in and by the network that the request comes from."""

import ipaddress
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import wraps

from django.conf import settings
from django.http import HttpRequest

from lib import throttle
from lib.throttle import Limit

TOO_OFTEN = "Too many requests from you or your network. Try again in a moment."


def client_ip(request: HttpRequest) -> str:
    """Returns the IP address of the client: the one that our own proxy added, or else that of the connection.

    The client may write X-Forwarded-For itself, so entries before the one of our proxy are ignored.
    """
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT and len(forwarded) >= settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        with suppress(ValueError):
            return str(ipaddress.ip_address(forwarded[-settings.ALLAUTH_TRUSTED_PROXY_COUNT].strip()))
    return request.META["REMOTE_ADDR"]


def network_of(request: HttpRequest) -> str:
    """Returns the network for which limits count the request."""
    return throttle.network(client_ip(request))


def request_limit(
    name: str, *, person: int, network: int, period: timedelta, message: str = TOO_OFTEN
) -> Callable[[HttpRequest], None]:
    """Returns a function that counts a request, and raises TooMany with the message if one of two limits is reached.

    One limit is for the person and the other for the network. A request without sign-in counts for its network alone.
    """
    of_person, of_network = Limit(f"{name} person", person, period), Limit(f"{name} network", network, period)

    def count(request: HttpRequest) -> None:
        uses = [(of_network, network_of(request))]
        if request.user.is_authenticated:
            uses.append((of_person, str(request.user.pk)))
        throttle.demand(*uses, message=message)

    return count


def limited(name: str, *, person: int, network: int, period: timedelta):
    """Decorate a view with a limit on how often a person and a network may request it in a period."""
    return counted_by(request_limit(name, person=person, network=network, period=period))


def counted_by(count: Callable[[HttpRequest], None]):
    """Decorate a view with a limit that other views have in common with it (`request_limit`)."""

    def decorate(view):
        @wraps(view)
        def counted(request, *args, **kwargs):
            count(request)
            return view(request, *args, **kwargs)

        return counted

    return decorate


_count_upload = request_limit("upload", person=60, network=600, period=timedelta(hours=1))


def uploads_limited(view):
    """Decorate a view whose form takes pictures with a limit on requests that upload one."""

    @wraps(view)
    def counted(request, *args, **kwargs):
        if request.FILES:
            _count_upload(request)
        return view(request, *args, **kwargs)

    return counted
