"""All lists of papers, by the addresses of their pages: where feeds, frames, letters and files find them."""

from collections.abc import Callable

from django.http import Http404
from django.urls import Resolver404, resolve

from lib.storable import is_storable
from papers.lists.list import List
from papers.period import NoSuchPeriod

type MakeList = Callable[..., List]

_MAKERS: dict[str, MakeList] = {}


def entry(*names: str) -> Callable[[MakeList], MakeList]:
    """Enter the function that makes a list under the names of its page's addresses, whose arguments it takes."""

    def enter(make: MakeList) -> MakeList:
        _MAKERS.update(dict.fromkeys(names, make))
        return make

    return enter


def names() -> set[str]:
    """The names of the addresses that have a list."""
    return set(_MAKERS)


def find(path: str) -> List:
    """The list whose page is at this path. Raises Http404 where there is none."""
    if not is_storable(path):
        raise Http404
    try:
        match = resolve(path)
    except Resolver404:
        raise Http404 from None
    make = _MAKERS.get(match.view_name)
    if make is None:
        raise Http404
    try:
        return make(**match.kwargs)
    except NoSuchPeriod:
        raise Http404 from None
