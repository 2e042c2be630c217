"""The papers of a list that are shown at once: filtered, searched, sorted, and cut to a keyset page."""

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import QuerySet

from lib import keyset
from lib.refusals import BadInput
from papers.lists.filters import PaperFilter
from papers.lists.list import ORDERS, List, Order
from papers.lists.matching import collect
from papers.lists.query import SEARCHES, ListQuery, query_string
from papers.models import Paper
from papers.search import results

PAGE_SIZE = 30
RELEVANCE = ("score", "pk")


@dataclass(frozen=True)
class Chip:
    """An active filter: its label, and the address of the list without it."""

    name: str
    label: str
    url: str


@dataclass(frozen=True)
class Listing:
    """What is shown of a list.

    `filter` is None where the address has none, since building one is a good part of the price of a page. `found` is
    None where no words are looked for.
    """

    query: ListQuery
    filter: PaperFilter | None
    order: str
    orders: dict[str, Order]
    papers: list[Paper] = field(default_factory=list)
    cursor: str = ""
    found: results.Results | None = None
    reasons: dict[int, str] = field(default_factory=dict)

    @property
    def is_readable(self) -> bool:
        return self.filter is None or self.filter.is_valid()

    @property
    def is_continuation(self) -> bool:
        return "older" in self.query.params

    @property
    def older_url(self) -> str:
        return query_string(self.query.params, older=self.cursor) if self.cursor else ""

    @property
    def chips(self) -> list[Chip]:
        params = self.query.params
        return [
            Chip(name, label, query_string(params, older="", **{name: ""})) for name, label in self.query.labels.items()
        ]

    @cached_property
    def form(self):
        return (self.filter or PaperFilter()).form

    @property
    def searches(self) -> dict[str, str]:
        """The kinds of search to choose from, if words are looked for and the site has vectors."""
        return SEARCHES if self.query.terms.all and results.has_meaning() else {}

    @property
    def corrected(self) -> str:
        """The words with their typing errors mended; "" if there were none."""
        return str(self.query.terms.spelled(self.found.mended)) if self.found and self.found.mended else ""

    @property
    def version(self) -> tuple:
        """All that the rows and the lines above them show, for an ETag."""
        found = self.found
        matched_by = found and [sorted(found.matched_by(paper.pk)) for paper in self.papers]
        summary = found and (found.exact, found.others, found.mended, found.lacks_meaning)
        return (bool(self.cursor), summary, matched_by, *(paper.cache_key for paper in self.papers))


def for_page(list_: List, query: ListQuery, viewer, size: int = PAGE_SIZE) -> Listing:
    """The listing of a page or a file: at most `size` papers, by relevance if there are words.

    Raises BadInput for an order or a cursor that the list does not have, and TooSlow. Filters that can't be read show
    their errors in `form`, and no papers.
    """
    with _limit(list_):
        return _for_page(list_, query, viewer, size)


def _for_page(list_: List, query: ListQuery, viewer, size: int) -> Listing:
    default, orders = list_.page_orders(bool(query.terms.all))
    order = _order(query, default, orders)
    papers, columns = list_.papers(viewer), orders[order].columns
    filter = PaperFilter(query.params, papers) if query.has_filters else None
    if filter and not filter.is_valid():
        return Listing(query, filter, order, orders)
    matching = results.without(filter.qs if filter else papers, query.terms)
    found = _search(list_, matching, query, columns)
    if found and columns:
        matching = found.worth_ordering(matching)
    is_whole = not (filter or found) and list_.has_index_for(orders[order])
    cursor = query.params.get("older", "")
    with _bounded(papers, matching, is_whole or not columns) as readable:
        rows = readable.seen_by(viewer).for_cards(columns)
        page = keyset.page(rows, columns, cursor, size) if columns else _ranked(rows, found, cursor, size)
    reasons = list_.reasons(viewer, [paper.pk for paper in page.rows]) if list_.reasons else {}
    return Listing(query, filter, order, orders, page.rows, page.cursor, found if query.terms.all else None, reasons)


def for_feed(
    list_: List, query: ListQuery, viewer, size: int, *, order: str = "", columns: tuple[str, ...] = ()
) -> Listing:
    """The listing of a feed, a frame or a letter: the first papers, narrow but for these columns.

    Of words they have every one: what only comes near to a question is for who looks at it. They are sorted as the
    query says, or else by `order`, or else as the list's feeds are. Each paper has the list's title as `list_title`,
    so that a change of it is seen without another statement. Raises BadInput and TooSlow as `for_page` does.
    """
    with _limit(list_):
        return _for_feed(list_, query, viewer, size, order, columns)


def _for_feed(list_: List, query: ListQuery, viewer, size: int, order: str, columns: tuple[str, ...]) -> Listing:
    orders = list_.feed_orders()
    order = _order(query, order or list_.feed_order, orders)
    papers = list_.papers(viewer).annotate(list_title=list_.title_column(viewer))
    filter = PaperFilter(query.params, papers) if query.has_filters else None
    if filter and not filter.is_valid():
        return Listing(query, filter, order, orders)
    matching = results.without(filter.qs if filter else papers, query.terms)
    if query.terms.all:
        matching = results.having(matching, query.terms)
    is_whole = not (filter or query.terms.all) and list_.has_index_for(orders[order])
    with _bounded(papers, matching, is_whole) as readable:
        rows = readable.seen_by(viewer).for_cards((*orders[order].columns, *columns))
        page = keyset.page(rows, orders[order].columns, query.params.get("older", ""), size)
    return Listing(query, filter, order, orders, page.rows, page.cursor)


def _limit(list_: List) -> AbstractContextManager:
    return results.bounded() if list_.is_costly else nullcontext()


def _order(query: ListQuery, default: str, orders: dict[str, Order]) -> str:
    sort = query.params.get("sort", "relevance")
    return default if sort == "relevance" else _one_of(orders, sort, "order")


def _one_of(choices: Collection[str], value: str, noun: str) -> str:
    if value not in choices:
        raise BadInput(f"“{value[:40]}” is no {noun} of this list: it has {', '.join(filter(None, choices))}.")
    return value


def _search(list_: List, papers: QuerySet, query: ListQuery, columns: tuple[str, ...]) -> results.Results | None:
    """What is found for the words, or like the paper that the list is about; None if neither is looked for."""
    by = _one_of(SEARCHES, query.params.get("by", ""), "kind of search")
    similar = results.like(list_.similar_to, papers) if list_.similar_to else None
    if not query.terms.all:
        return similar
    if similar:
        papers = papers.filter(pk__in=[hit.pk for hit in similar.hits])
    return results.find(papers, query.terms, by=by, first=columns or ORDERS["votes"].columns)


@contextmanager
def _bounded(papers: QuerySet, matching: QuerySet, is_quick: bool) -> Iterator[QuerySet]:
    """The matching ones of these papers to be read: few ones by their keys, and within a limit on time."""
    if is_quick:
        yield matching
    else:
        with results.bounded():
            yield collect(papers, matching)


def _ranked(papers: QuerySet, found: results.Results, cursor: str, size: int) -> keyset.Page:
    page = keyset.page_of(found.hits, RELEVANCE, cursor, size)
    rows = papers.in_bulk([hit.pk for hit in page.rows])
    return keyset.Page([rows[hit.pk] for hit in page.rows if hit.pk in rows], page.cursor)
