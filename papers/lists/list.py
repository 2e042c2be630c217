"""Defines `List`, which pages, files, feeds, frames and letters of papers are made from."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from enum import Enum

from django.db.models import QuerySet, Subquery, Value
from django.http import Http404

from lib.refusals import BadInput
from papers.models import Paper


class Privacy(Enum):
    """Who may read a list.

    * PUBLIC: everybody, at any time.
    * HIDEABLE: everybody until its owner hides it, which may be at any moment, so no shared cache may store it.
    * PRIVATE: its owner only; its feed needs the owner's key.
    """

    PUBLIC = "public"
    HIDEABLE = "hideable"
    PRIVATE = "private"


@dataclass(frozen=True)
class Order:
    """An order of papers: its name and its columns, all descending, the last one the id. Relevance has no columns."""

    name: str
    columns: tuple[str, ...] = ()


ORDERS = {
    "votes": Order("Upvoted", ("vote_count", "listed_at", "id")),
    "newest": Order("Newest", ("listed_at", "id")),
    "discussed": Order("Discussed", ("discussion", "listed_at", "id")),
    "hot": Order("Trending", ("hot", "id")),
}
LISTED_AT = "listed_at"
EXPORT_LIMIT = 1_000  # papers in a file
FEED_FORMATS = {"atom": "Atom", "json": "JSON Feed", "rss": "RSS"}


def one_of(choices: Collection[str], value: str, noun: str) -> str:
    """The value. Raises BadInput, with this noun, if it is none of the choices."""
    if value not in choices:
        raise BadInput(f"Unknown {noun} “{value[:40]}”. Choose one of: {', '.join(filter(None, choices))}.")
    return value


def signed_in(viewer):
    """The viewer, if signed in, for lists that each user has. Raises Http404 for others."""
    if not viewer.is_authenticated:
        raise Http404
    return viewer


@dataclass(frozen=True)
class List:
    """A list of papers.

    * `key`: the path of its page, from which `catalogue.find` makes it.
    * `title`: its name, or a function of the viewer that returns a QuerySet of at most one name. No name means that the
      list does not exist or that this viewer may not read it.
    * `papers`: a function of the viewer that returns a QuerySet without papers that this viewer may not see.
    * `order`: the key of the page's default order, in `own_orders`, which only this list has, or in ORDERS.
    * `feed_order`: the key of the default order of feeds, frames and letters, where "newest" sorts by `since`.
    * `since`: the column with the time at which a paper came into the list.
    * `similar_to`: the paper that the papers are similar to, by which the list is ranked.
    * `reasons`: a function of viewer and paper keys that returns why these papers are in the list, by key.
    * `export_limit`: how many papers a file of it has at most.
    * `hides_dismissed`: it leaves out what the viewer has dismissed. That holds for lists that the site makes of all
      papers and that come again with each visit. What people keep (collections, bookmarks, votes, an organisation's
      papers) stays as they keep it, and so does what a reader searches by words or by similarity.
    * `is_of_days`: without words and filters, it has only what is on the list of a day. A search also finds the others.
    * `is_costly`: testing whether it has a paper takes long. It is always read within the time limit of searches, even
      without filters in its own order.
    * `no_feed`, `no_letter`: why the list has no feed or no letters, as a sentence; "" if it has them.
    """

    key: str
    title: str | Callable[..., QuerySet]
    papers: Callable[..., QuerySet]
    order: str = "votes"
    own_orders: dict[str, Order] = field(default_factory=dict)
    feed_order: str = "newest"
    since: str = LISTED_AT
    privacy: Privacy = Privacy.PUBLIC
    similar_to: Paper | None = None
    reasons: Callable[..., dict[int, str]] | None = None
    export_limit: int = EXPORT_LIMIT
    hides_dismissed: bool = False
    is_of_days: bool = False
    is_costly: bool = False
    no_feed: str = ""
    no_letter: str = ""

    def title_for(self, viewer) -> str:
        """The list's name. Raises Http404 if it does not exist or this viewer may not read it."""
        if self.privacy is Privacy.PRIVATE:
            signed_in(viewer)
        if isinstance(self.title, str):
            return self.title
        name = self.title(viewer).first()
        if name is None:
            raise Http404
        return name

    def title_column(self, viewer) -> Subquery | Value:
        """The name, if it may change, as a column of the papers; otherwise an empty one."""
        return Value("") if isinstance(self.title, str) else Subquery(self.title(viewer)[:1])

    def private(self) -> "List":
        """The same list, hidden by its owner."""
        return replace(self, privacy=Privacy.PRIVATE)

    def restricted(self, restrict: Callable[[QuerySet], QuerySet]) -> "List":
        """The same list with only those papers that `restrict` returns."""
        return replace(self, papers=lambda viewer: restrict(self.papers(viewer)))

    def page_orders(self, has_words: bool) -> tuple[str, dict[str, Order]]:
        """The key of the page's default order, and all of the page's orders by their keys."""
        orders = {**self.own_orders, **ORDERS}
        if not (has_words or self.similar_to):
            return self.order, orders
        return "relevance", {"relevance": Order("Relevance" if has_words else "Most similar"), **orders}

    def feed_orders(self) -> dict[str, Order]:
        """The orders of feeds, frames and letters by their keys."""
        return {**ORDERS, "newest": Order("Newest", (self.since, "id"))}

    def has_index_for(self, order: Order) -> bool:
        """Whether the unfiltered list in this order is read along an index, so that it needs no time limit."""
        return not self.is_costly and (self.since == LISTED_AT or order not in ORDERS.values())
