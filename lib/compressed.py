"""Response bodies that many clients get alike: compressed once, and cached by this process.

They must hold no secrets: unlike GZipMiddleware, nothing here adds random bytes against the BREACH attack.
"""

import gzip
from collections.abc import Callable

from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import re_accepts_gzip


def body(key: str, make: Callable[[], bytes], seconds: int = DEFAULT_TIMEOUT) -> bytes:
    """Returns the compressed body that is cached under this key for `seconds`; `make` makes it if there is none."""
    return caches["pages"].get_or_set(key, lambda: gzip.compress(make(), compresslevel=6, mtime=0), seconds)


def response(request: HttpRequest, body: bytes) -> HttpResponse:
    """Returns a response with this compressed body, decompressed if the client does not accept gzip."""
    if accepts_gzip(request.META):
        return HttpResponse(body, headers={"Content-Encoding": "gzip"})
    return HttpResponse(gzip.decompress(body))


def accepts_gzip(environ: dict) -> bool:
    """Returns whether a request with this WSGI environment is answered compressed; GZipMiddleware decides likewise."""
    return bool(re_accepts_gzip.search(environ.get("HTTP_ACCEPT_ENCODING", "")))
