"""Finds the list of any page by its path, for feeds, frames and letters."""

from collections.abc import Callable

from django.http import Http404
from django.urls import Resolver404, resolve

from lib.storable import is_storable
from papers.lists.list import List
from papers.period import NoSuchPeriod

type MakeList = Callable[..., List]

_MAKERS: dict[str, MakeList] = {}


def entry(*names: str) -> Callable[[MakeList], MakeList]:
    """A decorator that registers a function under the URL names of the page of the list that it makes.

    The function takes the arguments of these URLs.
    """

    def enter(make: MakeList) -> MakeList:
        _MAKERS.update(dict.fromkeys(names, make))
        return make

    return enter


def names() -> set[str]:
    """The URL names of all pages of lists."""
    return set(_MAKERS)


def find(path: str) -> List:
    """The list whose page is at this path. Raises Http404 if no list's page is."""
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
