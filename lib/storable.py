"""Refuses text that PostgreSQL cannot store: text with NUL or with half of a surrogate pair."""

import re
from collections.abc import Iterator
from itertools import chain

from django.http import HttpRequest, UnreadablePostError
from django.utils.datastructures import MultiValueDict

from lib.refusals import BadInput

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def is_storable(text: str) -> bool:
    return not _UNSTORABLE.search(text)


def check(request: HttpRequest) -> None:
    """Raises BadInput for a request whose text PostgreSQL cannot store, or whose body did not arrive completely.

    If such text is in a cookie, all cookies are ignored instead: no session has such a key.
    """
    if not all(map(is_storable, request.COOKIES.values())):
        request.COOKIES.clear()
    try:
        if not all(map(is_storable, _texts(request))):
            raise BadInput("The request contains a character that can't be saved: NUL, or half of a surrogate pair.")
    except UnreadablePostError:
        raise BadInput("The request was cut off.") from None


def _texts(request: HttpRequest) -> Iterator[str]:
    """Yields all text of the request that a view may read, except file names: Django cleans those itself."""
    yield request.path
    yield from (value for name, value in request.META.items() if name.startswith("HTTP_") and name != "HTTP_COOKIE")
    yield from _pairs(request.GET)
    yield from _pairs(request.POST)


def _pairs(data: MultiValueDict) -> Iterator[str]:
    return chain(data, chain.from_iterable(values for _, values in data.lists()))
