"""Absolute addresses of the site are made from BASE_URL, never from the Host header of a request."""

from functools import partial
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.utils.encoding import iri_to_uri


class HostMiddleware:
    """Refuses a request for another host, and makes `request.build_absolute_uri` use BASE_URL.

    An https site answers to the host and port of BASE_URL alone; an http one to any port, which a container or a
    tunnel may have mapped.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        host = request.get_host().lower().removesuffix(":443")
        if settings.HTTPS and host != urlsplit(settings.BASE_URL).netloc.removesuffix(":443"):
            raise DisallowedHost(f"This site is {settings.BASE_URL}, not {host}.")
        request.build_absolute_uri = partial(_absolute, request)
        return self.get_response(request)


def _absolute(request: HttpRequest, location: str | None = None) -> str:
    """Returns the absolute address, below BASE_URL, of this location or else of the request itself."""
    return iri_to_uri(urljoin(settings.BASE_URL + request.get_full_path(), str(location or "")))
