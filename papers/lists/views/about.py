from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control

from lib.pages import page
from papers import rings
from papers.models import votenetwork
from papers.models.content import NEW_ACCOUNT
from papers.ranking import DECAY_SECONDS, Z


def ranking(request: HttpRequest) -> HttpResponse:
    """A page that explains the formulas by which Trending and comments are sorted, and which votes count."""
    limits = rings.Limits.from_settings(settings)
    context = {
        "days": DECAY_SECONDS // 86_400,
        "z": Z,
        "rings": limits,
        "ring_days": settings.RING_DAYS,
        "new_account": NEW_ACCOUNT,
        "network_days": votenetwork.KEPT.days,
    }
    return page(request, "papers/lists/about_ranking.html", context, version=(DECAY_SECONDS, Z, limits))


def search(request: HttpRequest) -> HttpResponse:
    """A page that explains the language of the search box."""
    return page(request, "papers/lists/about_search.html", {}, version=())


def keys(request: HttpRequest) -> HttpResponse:
    """A page that lists the keyboard shortcuts, which `static/js/keys.js` also shows in a dialog."""
    return page(request, "papers/lists/about_keys.html", {}, version=())


@cache_control(public=True, max_age=86_400)
def opensearch(request: HttpRequest) -> HttpResponse:
    """The description with which a browser can search here from its address bar (OpenSearch 1.1)."""
    context = {"site": settings.BASE_URL}
    return render(request, "papers/lists/opensearch.xml", context, content_type="application/opensearchdescription+xml")
