from django import template
from django.conf import settings
from django.urls import reverse

from lib import share_image
from papers.lists import cards as card_store
from papers.lists.query import ListQuery, query_string

register = template.Library()
register.simple_tag(card_store.render, name="cards")


@register.inclusion_tag("papers/syndication/share.html")
def share(path: str, title: str, description: str = "", card: str = "", query: ListQuery | None = None) -> dict:
    """Write what other sites read of the page at this path to show a link to it (https://ogp.me).

    `card` is the path of the page whose share card it has, if that is another one; the card of /about is the site's.
    `query` is that of a list.
    """
    address = path + (query_string(query.params).removesuffix("?") if query else "")
    picture = reverse("papers:share_card", args=[(card or path)[1:]])
    return {
        "url": settings.BASE_URL + address,
        "title": title,
        "description": description,
        "picture": settings.BASE_URL + picture,
        "width": share_image.WIDTH,
        "height": share_image.HEIGHT,
    }
