"""One keyset page of a list: its papers filtered, searched and sorted as a query says."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import QuerySet
from django.utils.safestring import SafeString

from lib import keyset
from papers.lists import unknown_names
from papers.lists.filters import PaperFilter
from papers.lists.list import ORDERS, List, Order, one_of
from papers.lists.matching import count, first
from papers.lists.query import SEARCHES, ListQuery, query_string
from papers.models.row import Row, is_walked
from papers.search import results
from papers.search.results import Results, TooSlow

PAGE_SIZE = 30
MAX_COUNT = 1_000  # papers that are counted one by one
RELEVANCE = ("score", "pk")


@dataclass(frozen=True)
class Chip:
    """An active filter: its label, and the address of the list without it."""

    name: str
    label: str
    url: str


@dataclass(frozen=True)
class Listing:
    """One page of a list, with all that is shown around its papers.

    * `order`: the key of its order among `orders`.
    * `cursor`: where the next page begins; "" on the last one.
    * `viewer`: whom it is for.
    * `filter`: None if the query has no filters, since making the form takes a good part of the time of a page.
    * `results`: those of the search; None if the query has no words.
    * `reasons`: why papers are in the list, by their keys, if the list has reasons.
    * `count`: how many papers match on all pages; None if they were not counted.
    * `is_readable`: whether the filters can be read.
    * `hints`: if there are no papers, a sentence as HTML for each name in the filters that nothing has, by parameter.
    """

    query: ListQuery
    viewer: object
    filter: PaperFilter | None
    order: str
    orders: dict[str, Order]
    papers: list[Row] = field(default_factory=list)
    cursor: str = ""
    results: Results | None = None
    reasons: dict[int, str] = field(default_factory=dict)
    count: float | None = None
    is_readable: bool = True
    hints: dict[str, SafeString] = field(default_factory=dict)

    @property
    def match_count(self) -> str:
        """How many papers match the filters: "1 paper matches", "1,000+ papers match"; "" without filters."""
        if not (self.query.has_filters and self.count):
            return ""
        if self.count > MAX_COUNT:
            return f"{MAX_COUNT:,}+ papers match"
        return f"{self.count:,} papers match" if self.count > 1 else "1 paper matches"

    @property
    def is_too_common(self) -> bool:
        """Whether nothing was found because all words are stop words, such as "the", which no index has."""
        return bool(self.results and not self.papers and not self.results.analysis.every_query)

    @property
    def search_summary(self) -> str:
        """How many papers a search found, in words; "" without results."""
        return self.results.summary(self.query.params.get("by", "")) if self.results and self.results.hits else ""

    @property
    def is_continuation(self) -> bool:
        return "older" in self.query.params

    @cached_property
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
        form = (self.filter or PaperFilter(viewer=self.viewer)).form
        for name, hint in self.hints.items():
            form.add_error(name, hint)
        return form

    @property
    def filter_errors(self) -> str:
        """What is wrong with the filters, by parameters: "min_votes: Enter a number."; "" if they can be read."""
        return " ".join(f"{name}: {' '.join(texts)}" for name, texts in self.form.errors.items())

    @property
    def searches(self) -> dict[str, str]:
        """The kinds of search to choose from, if the query has words and the site can search by meaning."""
        return SEARCHES if self.query.terms.all and results.supports_meaning() else {}

    @property
    def corrected(self) -> str:
        """The words with corrected spelling; "" if nothing was corrected."""
        return str(self.query.terms.corrected(self.corrections)) if self.corrections else ""

    @property
    def corrections(self) -> dict[str, str]:
        """Words that no paper has, and the words that were searched for instead."""
        return self.results.analysis.corrections if self.results else {}

    @property
    def version(self) -> tuple:
        """A value for ETags that changes whenever the rows or the lines above them do."""
        found = self.results
        matched_by = found and [sorted(found.matched_by(paper.pk)) for paper in self.papers]
        summary = found and (found.exact_count, found.inexact_count, self.corrections, found.lacks_vector)
        keys = [paper.cache_key for paper in self.papers]
        labels = list(self.query.labels.items())
        return bool(self.cursor), self.count, self.hints, labels, summary, matched_by, keys


def for_page(list_: List, query: ListQuery, viewer, size: int = PAGE_SIZE) -> Listing:
    """The listing of a page or a file: at most `size` papers, by relevance if there are words.

    Raises BadInput for an order or a cursor that the list does not have, and TooSlow. If a filter can't be read, the
    listing has no papers, and its `form` has the errors.
    """
    default, orders = list_.page_orders(bool(query.terms.all))
    order = _order(query, default, orders)
    papers, columns = _papers(list_, query, viewer), orders[order].columns
    filter = PaperFilter(query.params, papers, viewer=viewer) if query.has_filters else None
    if filter and not filter.is_valid():
        return Listing(query, viewer, filter, order, orders, is_readable=False)
    matching = results.excluding(filter.qs if filter else papers, query.terms)
    found = _search(list_, matching, query, columns)
    if found and columns:
        matching = found.sortable(matching)
    is_fast = not columns or (not (filter or found) and list_.has_index_for(orders[order]))
    cursor = query.params.get("older", "")
    is_counted = filter and not (found or cursor or list_.is_costly)
    page, reasons, number, hints = None, {}, None, {}
    try:
        with _time_limit(list_.is_costly or not is_fast):
            if columns:
                page = _page(list_, papers, matching, viewer, columns, cursor, size, is_fast=is_fast)
            else:
                page = _ranked(matching, viewer, found, cursor, size)
            reasons = list_.reasons(viewer, [paper.pk for paper in page.rows]) if list_.reasons else {}
            number = count(matching, MAX_COUNT) if is_counted else None
        if filter and not (page.rows or cursor):
            hints = unknown_names.hints(filter)
    except TooSlow:
        if page is None:
            raise  # anything else the page does without
    found = found if query.terms.all else None
    return Listing(query, viewer, filter, order, orders, page.rows, page.cursor, found, reasons, number, hints=hints)


def for_feed(
    list_: List, query: ListQuery, viewer, size: int, *, order: str = "", columns: tuple[str, ...] = ()
) -> Listing:
    """The listing of a feed, a frame or a letter: the first papers, deferred but for these columns.

    If the query has words, the papers have every one. They are sorted as the query says, or by `order`, or in the
    list's `feed_order`. Each paper has the list's title as `list_title`, so that a change of it is noticed without
    another statement. Raises BadInput and TooSlow as `for_page` does.
    """
    orders = list_.feed_orders()
    order = _order(query, order or list_.feed_order, orders)
    papers = _papers(list_, query, viewer).annotate(list_title=list_.title_column(viewer))
    filter = PaperFilter(query.params, papers, viewer=viewer) if query.has_filters else None
    if filter and not filter.is_valid():
        return Listing(query, viewer, filter, order, orders, is_readable=False)
    matching = results.excluding(filter.qs if filter else papers, query.terms)
    if query.terms.all:
        matching = results.matching(matching, query.terms)
    is_fast = not (filter or query.terms.all) and list_.has_index_for(orders[order])
    with _time_limit(list_.is_costly or not is_fast):
        cursor, columns = query.params.get("older", ""), (*columns, "list_title")
        order_columns = orders[order].columns
        page = _page(list_, papers, matching, viewer, order_columns, cursor, size, columns, is_fast=is_fast)
    return Listing(query, viewer, filter, order, orders, page.rows, page.cursor)


def _papers(list_: List, query: ListQuery, viewer) -> QuerySet:
    """The papers of the list that this viewer may see and has not dismissed."""
    papers = list_.papers(viewer)
    if list_.is_of_days and not query.is_filtered:
        papers = papers.listed()
    return papers.undismissed_by(viewer) if list_.hides_dismissed and not query.terms.all else papers


def _time_limit(is_needed: bool) -> AbstractContextManager:
    return results.time_limit() if is_needed else nullcontext()


def _order(query: ListQuery, default: str, orders: dict[str, Order]) -> str:
    sort = query.params.get("sort", "relevance")
    return default if sort == "relevance" else one_of(orders, sort, "order")


def _search(list_: List, papers: QuerySet, query: ListQuery, columns: tuple[str, ...]) -> results.Results | None:
    """Those of the papers that match the words, or that are similar to the list's paper; None without either."""
    by = one_of(SEARCHES, query.params.get("by", ""), "search mode")
    similar = results.similar(list_.similar_to, papers) if list_.similar_to else None
    if not query.terms.all:
        return similar
    if similar:
        papers = papers.filter(pk__in=[hit.pk for hit in similar.hits])
    return results.search(papers, query.terms, by=by, first=columns or ORDERS["votes"].columns)


def _page(list_, papers, matching, viewer, order, cursor: str, size: int, columns=(), *, is_fast: bool) -> keyset.Page:
    """A page of those of the papers that match. It is fast if an index has these in this order."""

    def read(after: list, limit: int) -> list[Row]:
        page = {"order": order, "after": after, "limit": limit}
        if not is_fast:
            return first(papers, matching, viewer, columns, **page)
        if is_walked(matching, order):
            return matching.walk(matching.model.objects.all(), viewer, columns, **page)
        return matching.rows(viewer, columns, **page)

    return keyset.page_by(read, order, cursor, size)


def _ranked(papers: QuerySet, viewer, found: results.Results, cursor: str, size: int) -> keyset.Page:
    """A page of the hits, best first; papers that were deleted meanwhile are left out."""
    page = keyset.page_of(found.hits, RELEVANCE, cursor, size)
    return keyset.Page(papers.rows_of([hit.pk for hit in page.rows], viewer), page.cursor)
