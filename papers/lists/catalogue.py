"""Lists by their addresses: where a feed, an embedded list and a letter take their papers from.

`find("/orgs/lab", viewer)` is the list of that page. Its papers are a query and nothing is asked yet: what the viewer
may not read is left out in that same query, so that a feed that has not changed costs this one statement.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db.models import F, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import Resolver404, resolve

from lib.storable import is_storable
from orgs.models import FormerSlug, Organisation
from papers import period
from papers.following import matches
from papers.lists import listing
from papers.models import Collection, Paper
from papers.people.tabs import PARTS
from papers.search.results import bounded

User = get_user_model()


@dataclass(frozen=True)
class Source:
    """A list of papers that has an address.

    `title()` tells its name, and raises Http404 for a list that this viewer may not read or that is not there.
    `moment` is the column that tells since when a paper is in the list; `sort` the order that it has by itself.
    `is_private`: it is the viewer's own and nobody else's. `can_be_hidden`: at any moment, so no shared cache may keep
    it. `named` is SQL for what of its title can change, which the papers tell as `named`.
    """

    papers: QuerySet
    title: Callable[[], str]
    moment: str = "listed_at"
    sort: str = "newest"
    is_private: bool = False
    can_be_hidden: bool = False
    named: Subquery | None = None

    def read(self, query: QueryDict, viewer, size: int, sort: str = "", also: tuple[str, ...] = ()) -> listing.Listing:
        """The list's first papers, with the filters of this query, narrow but for what they have `also`.

        Of words they have every one: what only comes near to a question is for who looks at it.
        Their order is what the query says, or else `sort`, or else the list's own. Raises BadInput for an order that
        the list does not have, and TooSlow.
        """
        told = query.copy()
        told["sort"] = query.get("sort", "").replace("relevance", "") or sort or self.sort
        own = {} if self.moment == "listed_at" else {"own_order": ("newest", "Newest", (self.moment, "id"))}
        papers = self.papers.annotate(named=self.named or Value(""))
        return listing.build(listing.read(told), viewer, papers, size=size, also=also, every_word=True, **own)


def find(path: str, viewer) -> Source:
    """The list whose page is at this path. Raises Http404 where there is none, and TooSlow."""
    try:
        match = resolve(path)
    except Resolver404:
        raise Http404 from None
    make = _SOURCES.get(match.view_name)
    if make is None or not is_storable(path):
        raise Http404
    return make(viewer, **match.kwargs)


def _latest(viewer, kind: str) -> Source:
    """All papers, or those of the latest week or month."""
    if kind == "day":
        return Source(Paper.objects.all(), lambda: "Papers")
    return Source(Paper.objects.of_latest(kind), lambda: f"The latest {kind}", sort="votes")


def _dated(viewer, kind: str, text: str) -> Source:
    try:
        return _between(period.parse(kind, text))
    except period.NoSuchPeriod:
        raise Http404 from None


def _between(span: period.Period) -> Source:
    return Source(Paper.objects.between(span.start, span.end), lambda: span.title, sort="votes")


def _trending(viewer) -> Source:
    return Source(Paper.objects.all(), lambda: "Trending", sort="hot")


def _org(viewer, slug: str) -> Source:
    """Also by a former slug, since subscriptions outlive them."""
    known = Organisation.objects.filter(
        Q(slug=slug) | Q(pk__in=FormerSlug.objects.filter(slug=slug).values("organisation"))
    )
    papers, named = Paper.objects.of_organisation(slug), Subquery(known.values("name")[:1])
    return Source(papers, lambda: get_object_or_404(known).name, named=named)


def _person(viewer, username: str, part: str = "submitted") -> Source:
    people, chosen = User.objects.filter(username=username, is_active=True), PARTS[part]
    shown = people.showing(chosen.what, to=viewer).values("pk")[:1]
    moment = "voted_at" if part == "upvoted" else "listed_at"
    named = Subquery(people.values_list(Coalesce(NullIf("name", Value("")), F("username"))))

    def title() -> str:
        return f"{get_object_or_404(people)}: {chosen.title.lower()}"

    return Source(chosen.papers(shown), title, moment, can_be_hidden=True, named=named)


def _collection(viewer, key: str) -> Source:
    readable = Collection.objects.open_to(viewer).filter(key=key)
    papers = Paper.objects.collected_in(readable.values("pk")[:1])
    named = Subquery(readable.values("name")[:1])
    return Source(papers, lambda: get_object_or_404(readable).name, "added_at", can_be_hidden=True, named=named)


def _following(viewer) -> Source:
    with bounded():
        papers = matches.papers(_known(viewer))
    return Source(papers, lambda: "Following", is_private=True)


def _bookmarks(viewer) -> Source:
    return Source(Paper.objects.saved_by(_known(viewer)), lambda: "Bookmarks", "saved_at", is_private=True)


def _known(viewer):
    if not viewer.is_authenticated:
        raise Http404
    return viewer


_SOURCES = {
    "papers:front": _latest,
    "papers:today": _latest,
    "papers:this_week": _latest,
    "papers:this_month": _latest,
    "papers:day": _dated,
    "papers:week": _dated,
    "papers:month": _dated,
    "papers:trending": _trending,
    "papers:org": _org,
    "papers:person": _person,
    "papers:person_submitted": _person,
    "papers:person_upvoted": _person,
    "papers:collection": _collection,
    "papers:following": _following,
    "papers:bookmarks": _bookmarks,
}
NAMES = _SOURCES.keys()  # of their addresses
