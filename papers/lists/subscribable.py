"""Which lists of papers have subscriptions, each by the address of its page in canonical form."""

from dataclasses import dataclass
from urllib.parse import unquote

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, QueryDict
from django.urls import Resolver404, resolve, reverse

from lib.refusals import BadInput
from papers.lists import catalogue
from papers.lists.filters import PaperFilter
from papers.lists.query import parse_query

MAX_ADDRESS = 1800  # characters, which an index takes together with whose subscription it is
MAX_TITLE = 300
MAX_TYPED = 10_000  # characters of an address before it is brought into canonical form
WEEKS, MONTHS = ("papers:this_week", "papers:week"), ("papers:this_month", "papers:month")
# The papers of a day, week or month do not change any more. Who subscribes there gets all papers, as they come.
_PERIODS = {"papers:front", "papers:today", "papers:day", *WEEKS, *MONTHS}
_TOO_LONG = "This search is too long to subscribe to. Use fewer words."


@dataclass(frozen=True)
class SubscribableList:
    """A list by its canonical address. `user` is the viewer if not everybody may read it, else None."""

    address: str
    title: str
    user: object


def find(address: str, viewer, *, refusal: str, **changes: str) -> SubscribableList:
    """The list at this address, with these filters changed.

    `refusal` names the property of `List` that says why nobody can subscribe to it, such as "no_letter". Raises Http404
    for a list that does not exist or that the viewer may not read, and BadInput for one that nobody can subscribe to or
    whose filters cannot be read.
    """
    if len(address) > MAX_TYPED:
        raise BadInput(_TOO_LONG)
    path, _, query = address.partition("?")
    path = _canonical_path(path)
    title, user = _title(path, viewer, refusal)
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


def _canonical_path(path: str) -> str:
    try:
        match = resolve(unquote(path))
    except Resolver404:
        raise Http404 from None
    if match.view_name in _PERIODS:
        return reverse("papers:today")
    return reverse(match.view_name, kwargs=match.kwargs)


def _title(path: str, viewer, refusal: str) -> tuple[str, object]:
    """The title of the list, and the viewer if not everybody may read it."""
    list_ = catalogue.find(path)
    if why_not := getattr(list_, refusal):
        raise BadInput(why_not)
    try:
        return list_.title_for(AnonymousUser()), None
    except Http404:
        return list_.title_for(viewer), viewer
