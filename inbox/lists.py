"""Which lists come by mail: those of `papers.sources`, by the one address that each has."""

from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, QueryDict
from django.urls import Resolver404, resolve, reverse

from inbox.models import Cadence, Subscription
from lib.refusals import BadInput
from papers.lists import catalogue, listing
from papers.lists.filters import PaperFilter

LONGEST = Subscription._meta.get_field("address").max_length
LONGEST_TYPED = 10_000  # before it is in its normal form
LONGEST_TITLE = Subscription._meta.get_field("title").max_length
_TOO_LONG = "The address of this list is too long. Fewer words may find the same."
# A day ends, and letters do not: whoever reads one and wants it by mail wants the days to come.
_WEEKS, _MONTHS = ("papers:this_week", "papers:week"), ("papers:this_month", "papers:month")
_PERIODS = {"papers:front", "papers:today", "papers:day", *_WEEKS, *_MONTHS}
_RHYTHMS = dict.fromkeys(_WEEKS, Cadence.WEEKLY) | dict.fromkeys(_MONTHS, Cadence.MONTHLY)
_OFFERED = (catalogue.NAMES | _PERIODS) - {"papers:bookmarks"}


@dataclass(frozen=True)
class Wanted:
    """A list in words and by its address. `user` is the viewer where not everybody may read it."""

    address: str
    title: str
    user: object


def find(address: str, viewer, **changes: str) -> Wanted:
    """The list at this address of ours, with these filters changed.

    Raises Http404 where there is none that the viewer may read, BadInput for what cannot come by mail or be read.
    """
    if len(address) > LONGEST_TYPED:
        raise BadInput(_TOO_LONG)
    path, _, query = address.partition("?")
    path = _path(path)
    title, user = _title(path, viewer)
    told = QueryDict(query, mutable=True)
    for name, value in changes.items():
        told[name] = value
    asked = listing.read(told)
    if asked.problems or not PaperFilter(asked.params).is_valid():
        raise BadInput("This list can't come by mail, because a filter or the words of it can't be read.")
    normal = listing.normal(asked)
    address = f"{path}?{normal}" if normal else path
    if len(address) > LONGEST:
        raise BadInput(_TOO_LONG)
    return Wanted(address, listing.titled(title, asked.params)[:LONGEST_TITLE], user)


def cadence(address: str) -> Cadence | None:
    """The rhythm of a list of weeks or months, for who wants those to come."""
    with suppress(Resolver404):
        return _RHYTHMS.get(resolve(unquote(address.partition("?")[0])).view_name)
    return None


def min_votes(address: str) -> str:
    """That this list has, or ""."""
    return QueryDict(address.partition("?")[2]).get("min_votes", "")


def by_mail(request: HttpRequest) -> str:
    """The address of the page's list, if it can come by mail."""
    offered = request.resolver_match and request.resolver_match.view_name in _OFFERED
    return request.get_full_path() if offered else ""


def _path(path: str) -> str:
    try:
        match = resolve(unquote(path))
    except Resolver404:
        raise Http404 from None
    if match.view_name == "papers:bookmarks":
        raise BadInput("Bookmarks don't come by mail: you put them there yourself.")
    if match.view_name in _PERIODS:
        return reverse("papers:today")
    return reverse(match.view_name, kwargs=match.kwargs)


def _title(path: str, viewer) -> tuple[str, object]:
    """And whose list it is, if not everybody's."""
    try:
        return catalogue.find(path, AnonymousUser()).title(), None
    except Http404:
        return catalogue.find(path, viewer).title(), viewer
