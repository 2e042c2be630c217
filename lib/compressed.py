"""Bodies of responses that are the same for many, compressed once and kept by this process.

No padding hides secrets in them, so they must hold none.
"""

import gzip
from collections.abc import Callable

from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.http import HttpRequest, HttpResponse


def body(key: str, make: Callable[[], bytes], seconds: int = DEFAULT_TIMEOUT) -> bytes:
    """The compressed body under this key; it is made if none is kept or the one that is kept is too old."""
    return caches["pages"].get_or_set(key, lambda: gzip.compress(make(), compresslevel=6, mtime=0), seconds)


def response(request: HttpRequest, body: bytes) -> HttpResponse:
    """The response with this compressed body, decompressed for a client that does not take gzip."""
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        return HttpResponse(body, headers={"Content-Encoding": "gzip"})
    return HttpResponse(gzip.decompress(body))
