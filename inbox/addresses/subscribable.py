"""Which lists of papers one can subscribe to, each by the address of its page in canonical form."""

from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, QueryDict
from django.urls import Resolver404, resolve, reverse

from inbox.models import Cadence, Subscription
from lib.refusals import BadInput
from papers.lists import catalogue
from papers.lists.filters import PaperFilter
from papers.lists.query import parse_query

MAX_ADDRESS = Subscription._meta.get_field("address").max_length
MAX_TYPED = 10_000  # characters of an address before it is brought into canonical form
MAX_TITLE = Subscription._meta.get_field("title").max_length
_TOO_LONG = "This search is too long to subscribe to. Use fewer words."
# The papers of a day, week or month do not change any more. Who subscribes there gets all papers, as they come.
_WEEKS, _MONTHS = ("papers:this_week", "papers:week"), ("papers:this_month", "papers:month")
_PERIODS = {"papers:front", "papers:today", "papers:day", *_WEEKS, *_MONTHS}
_CADENCES = dict.fromkeys(_WEEKS, Cadence.WEEKLY) | dict.fromkeys(_MONTHS, Cadence.MONTHLY)


@dataclass(frozen=True)
class SubscribableList:
    """A list by its canonical address. `user` is the viewer if not everybody may read it, else None."""

    address: str
    title: str
    user: object


def find(address: str, viewer, **changes: str) -> SubscribableList:
    """The list at this address, with these filters changed.

    Raises Http404 for a list that does not exist or that the viewer may not read, and BadInput for one that nobody can
    subscribe to or whose filters cannot be read.
    """
    if len(address) > MAX_TYPED:
        raise BadInput(_TOO_LONG)
    path, _, query = address.partition("?")
    path = _canonical_path(path)
    title, user = _title(path, viewer)
    params = QueryDict(query, mutable=True)
    for name, value in changes.items():
        params[name] = value
    query = parse_query(params)
    if query.depends_on_viewer:
        raise BadInput("A list with the filter “Seen” can't be subscribed to. Remove the filter.")
    if query.problems or not PaperFilter(query.params, viewer=viewer).is_valid():
        raise BadInput("This list can't be subscribed to, because a filter or its words can't be read.")
    canonical = query.canonical()
    address = f"{path}?{canonical}" if canonical else path
    if len(address) > MAX_ADDRESS:
        raise BadInput(_TOO_LONG)
    return SubscribableList(address, query.title(title)[:MAX_TITLE], user)


def default_cadence(address: str) -> Cadence | None:
    """The cadence that is preset for a list of a week or month; None for other lists."""
    with suppress(Resolver404):
        return _CADENCES.get(resolve(unquote(address.partition("?")[0])).view_name)
    return None


def min_votes(address: str) -> str:
    """The value of this filter in the address; "" if it has none."""
    return QueryDict(address.partition("?")[2]).get("min_votes", "")


def _canonical_path(path: str) -> str:
    try:
        match = resolve(unquote(path))
    except Resolver404:
        raise Http404 from None
    if match.view_name in _PERIODS:
        return reverse("papers:today")
    return reverse(match.view_name, kwargs=match.kwargs)


def _title(path: str, viewer) -> tuple[str, object]:
    """The title of the list, and the viewer if not everybody may read it."""
    list_ = catalogue.find(path)
    if list_.no_letter:
        raise BadInput(list_.no_letter)
    try:
        return list_.title_for(AnonymousUser()), None
    except Http404:
        return list_.title_for(viewer), viewer
