"""What crawlers are told of. Nothing here is a reader's own, so it is the same for everybody."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse

from lib.pages import document
from papers.syndication import sitemap

XML = "application/xml"
HOUR = 3600  # seconds


def index(request: HttpRequest) -> HttpResponse:
    return _file(request, lambda: sitemap.write("sitemapindex", "sitemap", sitemap.files()))


def lists(request: HttpRequest) -> HttpResponse:
    return _file(request, lambda: sitemap.write("urlset", "url", sitemap.lists(sitemap.days())))


def part(request: HttpRequest, what: str, number: int) -> HttpResponse:
    if what not in sitemap.KINDS:
        raise Http404

    def write() -> str:
        entries = sitemap.KINDS[what].entries(number)
        if not entries:
            raise Http404
        return sitemap.write("urlset", "url", entries)

    return _file(request, write, (what, number))


def _file(request: HttpRequest, write: Callable[[], str], part: tuple[str, int] | None = None) -> HttpResponse:
    """Written once an hour, since it reads whole tables."""
    return document(request, XML, part, write, seconds=HOUR)
