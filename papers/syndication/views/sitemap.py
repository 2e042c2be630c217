"""The sitemap, which is the same for everybody."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse

from lib.pages import document
from papers.syndication import sitemap

XML = "application/xml"
CACHE_SECONDS = 3600


def index(request: HttpRequest) -> HttpResponse:
    return _respond(request, lambda: sitemap.write("sitemapindex", "sitemap", sitemap.files()))


def lists(request: HttpRequest) -> HttpResponse:
    return _respond(request, lambda: sitemap.write("urlset", "url", sitemap.lists()))


def file(request: HttpRequest, name: str, number: int) -> HttpResponse:
    if name not in sitemap.KINDS:
        raise Http404

    def write() -> str:
        entries = sitemap.KINDS[name].entries(number)
        if not entries:
            raise Http404
        return sitemap.write("urlset", "url", entries)

    return _respond(request, write, (name, number))


def _respond(request: HttpRequest, write: Callable[[], str], version: tuple[str, int] | None = None) -> HttpResponse:
    """Answer with the document, which is written once an hour, since that reads whole tables."""
    return document(request, XML, version, write, seconds=CACHE_SECONDS)
