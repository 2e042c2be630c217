"""Text that PostgreSQL can keep: Unicode without NUL and without lone surrogates. Other text is refused."""

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
    """Raises BadInput for a request with text that no row can hold.

    A cookie with such text is nobody's session, so cookies are forgotten instead.
    """
    if not all(map(is_storable, request.COOKIES.values())):
        request.COOKIES.clear()
    try:
        if not all(map(is_storable, _texts(request))):
            raise BadInput("The request holds a character that can't be kept: NUL, or half of a surrogate pair.")
    except UnreadablePostError:
        raise BadInput("The request broke off before all of it had arrived.") from None


def _texts(request: HttpRequest) -> Iterator[str]:
    """All that a view may read of the request, but the names of files, from which Django takes such characters."""
    yield request.path
    yield from (value for name, value in request.META.items() if name.startswith("HTTP_") and name != "HTTP_COOKIE")
    yield from _pairs(request.GET)
    yield from _pairs(request.POST)


def _pairs(data: MultiValueDict) -> Iterator[str]:
    return chain(data, chain.from_iterable(values for _, values in data.lists()))
