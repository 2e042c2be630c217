"""What a list of papers is. Pages, files, feeds, frames and letters all take a `List`."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum

from django.db.models import QuerySet, Subquery, Value
from django.http import Http404

from papers.models import Paper


class Privacy(Enum):
    """Who may read a list.

    * PUBLIC: everybody, at any time.
    * HIDEABLE: its owner may hide it at any moment, so no shared cache keeps it.
    * PRIVATE: one reader only; its feed needs that reader's key.
    """

    PUBLIC = "public"
    HIDEABLE = "hideable"
    PRIVATE = "private"


@dataclass(frozen=True)
class Order:
    """What papers are sorted by: columns, all descending, that end in the id. Without columns it is a relevance."""

    name: str
    columns: tuple[str, ...] = ()


ORDERS = {
    "votes": Order("Upvoted", ("vote_count", "listed_at", "id")),
    "newest": Order("Newest", ("listed_at", "id")),
    "discussed": Order("Discussed", ("comment_count", "listed_at", "id")),
    "hot": Order("Hot", ("hot", "id")),
}
NEWEST_OF_ALL = "listed_at"
EXPORT_LIMIT = 1_000  # papers of a file
FEED_FORMS = {"atom": "Atom", "json": "JSON Feed", "rss": "RSS"}


def signed_in(viewer):
    """The viewer, whose own list it is. Raises Http404 for a stranger, who has none."""
    if not viewer.is_authenticated:
        raise Http404
    return viewer


@dataclass(frozen=True)
class List:
    """A list of papers.

    * `key`: the path of its page, by which `catalogue.find` finds it again.
    * `title`: its name, or a function of the viewer that gives a QuerySet of at most one name. No name means that the
      list does not exist or that this viewer may not read it.
    * `papers`: a function of the viewer that gives a QuerySet without what this viewer may not see.
    * `order`: the key of the page's default order, in `own_orders`, which only this list has, or in ORDERS.
    * `feed_order`: the key of the default order of feeds, frames and letters, where "newest" sorts by `since`.
    * `since`: the column that tells when a paper came into the list.
    * `similar_to`: the list is ranked by similarity with this paper.
    * `reasons`: a function of viewer and paper keys that tells why these papers are in the list, by key.
    * `export_limit`: how many papers a file of it has at most.
    * `is_costly`: even the whole list in its own order is read within a limit on time.
    * `no_feed`, `no_letter`: a sentence that says why the list can't be had in that form, if so.
    """

    key: str
    title: str | Callable[..., QuerySet]
    papers: Callable[..., QuerySet]
    order: str = "votes"
    own_orders: dict[str, Order] = field(default_factory=dict)
    feed_order: str = "newest"
    since: str = NEWEST_OF_ALL
    privacy: Privacy = Privacy.PUBLIC
    similar_to: Paper | None = None
    reasons: Callable[..., dict[int, str]] | None = None
    export_limit: int = EXPORT_LIMIT
    is_costly: bool = False
    no_feed: str = ""
    no_letter: str = ""

    def title_for(self, viewer) -> str:
        """The list's name. Raises Http404 if this viewer may not read the list."""
        if self.privacy is Privacy.PRIVATE:
            signed_in(viewer)
        if isinstance(self.title, str):
            return self.title
        name = self.title(viewer).first()
        if name is None:
            raise Http404
        return name

    def title_column(self, viewer) -> Subquery | Value:
        """What of the name may change, as a column of the papers."""
        return Value("") if isinstance(self.title, str) else Subquery(self.title(viewer)[:1])

    def private(self) -> "List":
        """The same list while its owner shows it to nobody."""
        return replace(self, privacy=Privacy.PRIVATE)

    def restricted(self, restrict: Callable[[QuerySet], QuerySet]) -> "List":
        """The same list with those papers only that `restrict` leaves."""
        return replace(self, papers=lambda viewer: restrict(self.papers(viewer)))

    def page_orders(self, has_words: bool) -> tuple[str, dict[str, Order]]:
        """The default order of the page and all orders it offers, by their keys."""
        orders = {**self.own_orders, **ORDERS}
        if not (has_words or self.similar_to):
            return self.order, orders
        return "relevance", {"relevance": Order("Relevance" if has_words else "Most similar"), **orders}

    def feed_orders(self) -> dict[str, Order]:
        return {**ORDERS, "newest": Order("Newest", (self.since, "id"))}

    def has_index_for(self, order: Order) -> bool:
        """Whether the whole list in this order is read along an index, and needs no limit on time."""
        return self.since == NEWEST_OF_ALL or order not in ORDERS.values()
