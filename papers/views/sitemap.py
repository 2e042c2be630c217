"""What crawlers are told of. Nothing here is a reader's own, so it is the same for everybody."""

import gzip
import hashlib
from collections.abc import Callable

from django.core.cache import caches
from django.core.cache.utils import make_template_fragment_key
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from lib.http import document
from papers import sitemap

XML = "application/xml"
HOUR = 3600  # seconds that this process keeps a file, and that others may


def index(request: HttpRequest) -> HttpResponse:
    return _file(request, "index", lambda: sitemap.write("sitemapindex", "sitemap", sitemap.files()))


def lists(request: HttpRequest) -> HttpResponse:
    return _file(request, "lists", lambda: sitemap.write("urlset", "url", sitemap.lists(sitemap.days())))


def part(request: HttpRequest, what: str, number: int) -> HttpResponse:
    if what not in sitemap.KINDS:
        raise Http404

    def write() -> str:
        entries = sitemap.KINDS[what].entries(number)
        if not entries:
            raise Http404
        return sitemap.write("urlset", "url", entries)

    return _file(request, f"{what}-{number}", write)


def _file(request: HttpRequest, name: str, write: Callable[[], str]) -> HttpResponse:
    """Written once an hour, however often and with whatever query string it is asked for: it reads whole tables."""
    key = make_template_fragment_key("sitemap", [name])
    body = caches["pages"].get_or_set(key, lambda: gzip.compress(write().encode(), mtime=0), HOUR)
    is_packed = "gzip" in request.headers.get("Accept-Encoding", "")
    version = hashlib.blake2b(body).digest()
    response = document(request, XML, version, lambda: body if is_packed else gzip.decompress(body), seconds=HOUR)
    if is_packed and response.content:
        response.headers["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response
