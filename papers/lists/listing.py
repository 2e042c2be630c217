"""What a list page is: papers, filters, words, an order, a keyset page. The one place that builds one."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property

from django.http import QueryDict

from lib import keyset
from lib.refusals import BadInput
from lib.storable import is_storable
from papers.lists.filters import ORDERS, PaperFilter
from papers.lists.matching import collect
from papers.models import Paper
from papers.search import results, syntax

PAGE_SIZE = 30
ORDER_NAMES = {"votes": "Upvoted", "newest": "Newest", "discussed": "Discussed", "hot": "Hot"}
KINDS = {"": "Words and meaning", "words": "Words only", "meaning": "Meaning only"}
RELEVANCE = ("score", "pk")


@dataclass(frozen=True)
class Asked:
    """What an address asks for. `params` is its normal form: filters typed among the words are parameters there.

    `typed` is the same as one text, for the search box; `problems` say what in it cannot be read. `is_normal`: the
    address is that form already, or cannot be brought into it without losing what is to be said of it.
    """

    params: QueryDict
    typed: str
    problems: tuple[str, ...]
    is_normal: bool

    @cached_property
    def terms(self) -> syntax.Terms:
        return syntax.terms(self.params.get("q", ""))

    @property
    def has_filters(self) -> bool:
        return any(name in self.params for name in PaperFilter.base_filters)

    def is_only(self, name: str) -> bool:
        return name in self.params and not any(
            other in self.params for other in {"q", *PaperFilter.base_filters} - {name}
        )

    @property
    def is_filtered(self) -> bool:
        return "q" in self.params or self.has_filters


@dataclass(frozen=True)
class Chip:
    """An active filter: what it says, and the address of the list without it."""

    name: str
    label: str
    url: str


@dataclass(frozen=True)
class Listing:
    """`filter` is None where the address has none, since building one is a good part of the price of a page.

    `found` is None where no words are asked for. `why` tells by keys of papers why those are in this list.
    """

    asked: Asked
    papers: list[Paper]
    filter: PaperFilter | None
    found: results.Found | None
    order: str
    orders: dict[str, str]
    chips: list[Chip]
    older_url: str
    why: Callable[[Sequence[int]], dict[int, str]] | None = None

    @property
    def is_readable(self) -> bool:
        return self.filter is None or self.filter.is_valid()

    @property
    def is_continuation(self) -> bool:
        return "older" in self.asked.params

    @cached_property
    def form(self):
        return (self.filter or PaperFilter()).form

    @cached_property
    def reasons(self) -> dict[int, str]:
        """Why each paper is there, where the list knows."""
        return self.why([paper.pk for paper in self.papers]) if self.why else {}

    @property
    def kinds(self) -> dict[str, str]:
        """The kinds of search there are to choose from, if any."""
        return KINDS if self.asked.terms.all and results.has_meaning() else {}

    @property
    def meant(self) -> str:
        """The words with their typing errors mended; "" if there were none."""
        return str(self.asked.terms.spelled(self.found.mended)) if self.found and self.found.mended else ""

    @property
    def form_key(self) -> str:
        """What the form holds, for its cache."""
        return repr([self.asked.params.get(name, "") for name in PaperFilter.base_filters])

    @property
    def version(self) -> tuple:
        """All that the rows show, and what is said above them, for an ETag."""
        found = self.found
        legs = found and [sorted(found.legs_of(paper.pk)) for paper in self.papers]
        said = found and (found.exact, found.others, found.mended, found.lacks_meaning)
        return (bool(self.older_url), said, legs, *(paper.face for paper in self.papers))


def read(address: QueryDict) -> Asked:
    """What the address asks for. What cannot be read of its words is left out, and said.

    Raises BadInput for characters that no list has; an address within a form may have hidden them from the middleware.
    """
    if not all(map(is_storable, address.dict().values())):
        raise BadInput("The address of this list holds a character that can't be read.")
    text = address.get("q", "").strip()
    parsed = syntax.parse(text)
    params = QueryDict(mutable=True)
    told = {name: syntax.settle(name, value.strip()) for name, value in address.dict().items()}
    for name, value in (told | {"q": parsed.words} | parsed.filters).items():
        if value:
            params[name] = value
    problems = parsed.problems
    if text and not (parsed.words or parsed.filters or problems):
        problems = (f"“{text[:40]}” has no word to look for.",)
    is_normal = bool(problems) or (not parsed.filters and all(told[name] == address[name] != "" for name in told))
    return Asked(params, text if problems else syntax.write(params), problems, is_normal)


def build(
    asked: Asked,
    viewer,
    papers,
    *,
    order: str = "votes",
    own_order: tuple[str, str, tuple[str, ...]] | None = None,
    like: Paper | None = None,
    size: int = PAGE_SIZE,
    also: tuple[str, ...] = (),
    every_word: bool = False,
    why: Callable[[Sequence[int]], dict[int, str]] | None = None,
) -> Listing:
    """The page of these papers that is asked for, of this size at most, each narrow but for what it has `also`.

    `own_order` adds an order that only this list has, and its default: (key, name, columns). Words bring an order of
    their own, and so does `like`, which leaves the papers most similar to it. With `every_word` they bring none, and
    leave the papers that have each of them. Raises BadInput for an order or a
    cursor that is not this list's. Filters that cannot be read show their errors in `form`, and list nothing.
    """
    columns, names = dict(ORDERS), dict(ORDER_NAMES)
    if own_order:
        order, name, own_columns = own_order
        columns, names = {**columns, order: own_columns}, {order: name, **names}
    if like or (asked.terms.all and not every_word):
        order, names = "relevance", {"relevance": "Relevance" if asked.terms.all else "Most similar", **names}
    told = asked.params.get("sort") or order
    chosen = order if told == "relevance" else _one_of(names, told, "order")
    filter = PaperFilter(asked.params, papers) if asked.has_filters else None
    found, page = None, keyset.Page([], "")
    if filter is None or filter.is_valid():
        matching = results.without((filter.qs if filter else papers), asked.terms)
        if every_word and asked.terms.all:
            matching = results.having(matching, asked.terms)
        else:
            found = _find(asked, matching, like, columns.get(chosen, ORDERS["votes"]))
        if found and chosen in columns:
            matching = found.worth_ordering(matching)
        # A whole list in its own order is quick: it needs no limit on time, and nothing to be collected.
        is_whole = not (filter or asked.terms.all or found) and (not own_order or chosen == order)
        is_sought = chosen in columns and not is_whole
        with results.bounded() if is_sought else nullcontext():
            rows = collect(papers, matching) if is_sought else matching
            rows = rows.seen_by(viewer).narrow((*columns.get(chosen, ()), *also))
            page = _page(rows, found, columns.get(chosen), asked.params.get("older", ""), size)
    return Listing(
        asked=asked,
        papers=page.rows,
        filter=filter,
        found=found if asked.terms.all else None,
        order=chosen,
        orders=names,
        chips=[
            Chip(name, said, address(asked.params, older="", **{name: ""}))
            for name, said in filters(asked.params).items()
        ],
        older_url=address(asked.params, older=page.cursor) if page.cursor else "",
        why=why,
    )


def _find(asked: Asked, papers, like: Paper | None, first: tuple[str, ...]) -> results.Found | None:
    by = _one_of(KINDS, asked.params.get("by", ""), "kind of search")
    similar = results.like(like, papers) if like else None
    if not asked.terms.all:
        return similar
    if similar:
        papers = papers.filter(pk__in=[hit.pk for hit in similar.hits])
    return results.find(papers, asked.terms, by=by, first=first)


def _page(papers, found: results.Found | None, columns: tuple[str, ...] | None, cursor: str, size: int) -> keyset.Page:
    """By these columns, or without any by relevance."""
    if columns:
        return keyset.page(papers, columns, cursor, size)
    page = keyset.page_of(found.hits, RELEVANCE, cursor, size)
    seen = papers.in_bulk([hit.pk for hit in page.rows])
    return keyset.Page([seen[hit.pk] for hit in page.rows if hit.pk in seen], page.cursor)


def _one_of(known, told: str, what: str) -> str:
    if told not in known:
        raise BadInput(f"“{told[:40]}” is no {what} of this list: it has {', '.join(filter(None, known))}.")
    return told


def known(params: QueryDict) -> QueryDict:
    """What of them makes a list, without what only looks at it: a page further on, an export, a key."""
    kept = params.copy()
    for name in params.keys() - {"q", "by", "sort", *PaperFilter.base_filters}:
        del kept[name]
    return kept


def filters(params: QueryDict) -> dict[str, str]:
    """The name of each filter in the address, the words among them, → what it says: "Author: Ada Lovelace"."""
    labels = {"q": "Words"} | {name: filter.label for name, filter in PaperFilter.base_filters.items()}
    return {name: f"{label}: {params[name]}" for name, label in labels.items() if name in params}


def address(params: QueryDict, **changes: str) -> str:
    """The query string with these changes and without empty values: one list has one address."""
    kept = QueryDict(mutable=True)
    for name, value in (params.dict() | changes).items():
        if value:
            kept[name] = value
    return "?" + kept.urlencode()


def normal(asked: Asked) -> str:
    """The query string that all addresses of one list of all papers share; "" where nothing is filtered."""
    told = {name: asked.params.get(name, "").strip() for name in ("q", *PaperFilter.base_filters)}
    if not any(told.values()):
        return ""
    choices = {"by": KINDS, "sort": ORDERS} if asked.terms.all else {"sort": ORDERS.keys() - {"votes"}}
    told |= {name: value for name, known in choices.items() if (value := asked.params.get(name)) in known}
    return address(QueryDict(), **told)[1:]


def titled(name: str, params: QueryDict) -> str:
    """A list's name with its filters, in one line: "The Lab · Has: code"."""
    return " · ".join([name, *filters(params).values()])
