"""Compressed responses: those that many clients get alike are compressed once and well, those of one client fast."""

import gzip
import re
import secrets
from collections.abc import Callable
from io import BytesIO

from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers
from isal import igzip

MIN_BYTES = 200  # below which GZipMiddleware does not compress
_PACKED = {"application/gzip", "application/zip", "image/webp"}  # types of bodies that get no smaller
_ACCEPTS_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))", re.IGNORECASE)


def body(key: str, make: Callable[[], bytes], seconds: int = DEFAULT_TIMEOUT) -> bytes:
    """Returns the compressed body that is cached under this key for `seconds`; `make` makes it if there is none.

    It must hold no secrets: unlike the middleware, this adds no random bytes against the BREACH attack.
    """
    return caches["pages"].get_or_set(key, lambda: gzip.compress(make(), 6, mtime=0), seconds)


def response(request: HttpRequest, body: bytes) -> HttpResponse:
    """Returns a response with this compressed body, decompressed if the client does not accept gzip."""
    if accepts_gzip(request.META):
        return HttpResponse(body, headers={"Content-Encoding": "gzip"})
    return HttpResponse(gzip.decompress(body))


def accepts_gzip(environ: dict) -> bool:
    """Returns whether a request with this WSGI environment is answered compressed: it names gzip, and not as `q=0`."""
    return bool(_ACCEPTS_GZIP.search(environ.get("HTTP_ACCEPT_ENCODING", "")))


class FastGZipMiddleware(GZipMiddleware):
    """Compresses as Django's does, with random bytes against the BREACH attack, but complete bodies with ISA-L."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        body = b"" if response.streaming else response.content
        is_packed = response.has_header("Content-Encoding") or response.headers.get("Content-Type") in _PACKED
        if is_packed or (len(body) < MIN_BYTES and not response.streaming):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        if not accepts_gzip(request.META):
            return response
        if response.streaming:
            return super().process_response(request, response)
        if len(packed := self._packed(body)) < len(body):
            response.content = packed
            response.headers["Content-Encoding"] = "gzip"
            response.headers["Content-Length"] = str(len(packed))
            if (etag := response.headers.get("ETag", "")).startswith('"'):
                response.headers["ETag"] = f"W/{etag}"  # a strong one would promise the same bytes each time
        return response

    def _packed(self, body: bytes) -> bytes:
        packed = BytesIO()
        name = "a" * secrets.randbelow(self.max_random_bytes)
        with igzip.IGzipFile(name, "wb", fileobj=packed, mtime=0) as file:
            file.write(body)
        return packed.getvalue()
