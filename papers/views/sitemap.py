"""What crawlers are told of. Nothing here is a reader's own, so it is the same for everybody."""

from django.http import Http404, HttpRequest, HttpResponse

from lib.http import document
from papers import sitemap

HOUR = 3600  # seconds that others may keep a file
XML = "application/xml"


def index(request: HttpRequest) -> HttpResponse:
    files = sitemap.files()
    return document(request, XML, files, lambda: sitemap.write("sitemapindex", "sitemap", files), seconds=HOUR)


def lists(request: HttpRequest) -> HttpResponse:
    days = sitemap.days()
    return document(request, XML, days, lambda: sitemap.write("urlset", "url", sitemap.lists(days)), seconds=HOUR)


def part(request: HttpRequest, what: str, number: int) -> HttpResponse:
    kind = sitemap.KINDS.get(what)
    state = kind.state(number) if kind else (0, None)
    if not state[0]:
        raise Http404
    return document(request, XML, state, lambda: sitemap.write("urlset", "url", kind.entries(number)), seconds=HOUR)
