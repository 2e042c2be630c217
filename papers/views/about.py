from django.http import HttpRequest, HttpResponse

from lib.http import page
from papers.ranking import DECAY_SECONDS


def ranking(request: HttpRequest) -> HttpResponse:
    """The formula that orders Trending, published."""
    return page(request, "papers/about_ranking.html", {"days": DECAY_SECONDS // 86_400}, version=DECAY_SECONDS)
