"""The picture that other sites show beside a link to a page."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse

from lib import share_image, throttle
from lib.limits import TOO_OFTEN, network_of
from lib.pages import document
from lib.throttle import Limit
from papers.syndication import share_cards

_KEPT_SECONDS = 24 * 3600
DRAWN = Limit("share cards drawn", 120, timedelta(minutes=1))  # for a network; who is signed in makes no difference


def share_card(request: HttpRequest, path: str) -> HttpResponse:
    """The card of the page at this path as a PNG, which this process draws once for the same texts.

    Caches have to ask each time, since a collection can become private at any moment.
    """
    card = share_cards.find(f"/{path}")

    def draw() -> bytes:
        throttle.demand((DRAWN, network_of(request)), message=TOO_OFTEN)
        return share_image.draw(*card)

    response = document(request, "image/png", card, draw, seconds=_KEPT_SECONDS)
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
