from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control

from lib.pages import page
from papers.ranking import DECAY_SECONDS


def ranking(request: HttpRequest) -> HttpResponse:
    """The formula that orders Trending, published."""
    return page(request, "papers/lists/about_ranking.html", {"days": DECAY_SECONDS // 86_400}, version=DECAY_SECONDS)


def search(request: HttpRequest) -> HttpResponse:
    """What the search box understands."""
    return page(request, "papers/lists/about_search.html", {}, version=())


@cache_control(public=True, max_age=86_400)
def opensearch(request: HttpRequest) -> HttpResponse:
    """How a browser searches here from its own bar: OpenSearch 1.1."""
    context = {"site": settings.BASE_URL}
    return render(request, "papers/lists/opensearch.xml", context, content_type="application/opensearchdescription+xml")
