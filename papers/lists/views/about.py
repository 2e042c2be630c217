from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control

from lib.pages import page
from papers.ranking import DECAY_SECONDS


def ranking(request: HttpRequest) -> HttpResponse:
    """A page that explains the formula by which Trending is sorted."""
    return page(request, "papers/lists/about_ranking.html", {"days": DECAY_SECONDS // 86_400}, version=DECAY_SECONDS)


def search(request: HttpRequest) -> HttpResponse:
    """A page that explains the language of the search box."""
    return page(request, "papers/lists/about_search.html", {}, version=())


@cache_control(public=True, max_age=86_400)
def opensearch(request: HttpRequest) -> HttpResponse:
    """The description with which a browser can search here from its address bar (OpenSearch 1.1)."""
    context = {"site": settings.BASE_URL}
    return render(request, "papers/lists/opensearch.xml", context, content_type="application/opensearchdescription+xml")
