"""The picture that other sites show beside a link to a page."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse

from lib import share_image
from lib.limits import request_limit
from lib.pages import document
from papers.syndication import share_cards

_KEPT_SECONDS = 24 * 3600
_limit_drawing = request_limit("share card", person=120, network=120, period=timedelta(minutes=1))


def share_card(request: HttpRequest, path: str) -> HttpResponse:
    """The card of the page at this path as a PNG, which this process draws once for the same texts.

    Caches have to ask each time, since a collection can become private at any moment.
    """
    card = share_cards.find(f"/{path}")

    def draw() -> bytes:
        _limit_drawing(request)
        return share_image.draw(*card)

    response = document(request, "image/png", card, draw, seconds=_KEPT_SECONDS)
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
