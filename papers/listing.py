"""What a list page is: papers, filters, an order, a keyset page. The one place that builds one."""

from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest, QueryDict

from lib import keyset
from lib.http import BadInput
from papers.filters import ORDERS, PaperFilter
from papers.models import Paper

PAGE_SIZE = 30
ORDER_NAMES = {"votes": "Upvoted", "newest": "Newest", "discussed": "Discussed", "hot": "Hot"}


@dataclass(frozen=True)
class Chip:
    """An active filter: what it says, and the address of the list without it."""

    label: str
    url: str


@dataclass(frozen=True)
class Listing:
    """`filter` is None where the address has none, since building one is a good part of the price of a page."""

    papers: list[Paper]
    filter: PaperFilter | None
    order: str
    orders: dict[str, str]
    chips: list[Chip]
    older_url: str
    is_continuation: bool

    @property
    def is_readable(self) -> bool:
        return self.filter is None or self.filter.is_valid()

    @cached_property
    def form(self):
        return (self.filter or PaperFilter()).form

    @property
    def asked(self) -> str:
        """What the form holds, as a cache key."""
        data = self.filter.data if self.filter else {}
        return repr([data.get(name, "") for name in PaperFilter.base_filters])

    @property
    def version(self) -> tuple:
        """All that the rows show, for an ETag."""
        return (bool(self.older_url), *(paper.face for paper in self.papers))


def build(
    request: HttpRequest,
    papers,
    *,
    order: str = "votes",
    own_order: tuple[str, str, tuple[str, ...]] | None = None,
) -> Listing:
    """The page of these papers that the address asks for.

    `own_order` adds an order that only this list has, and its default: (key, name, columns).
    Raises BadInput for an order or a cursor that is not this list's. Filters that cannot be read show their errors
    in `form`, and list nothing.
    """
    columns, names = dict(ORDERS), dict(ORDER_NAMES)
    if own_order:
        order, name, own_columns = own_order
        columns, names = {order: own_columns, **columns}, {order: name, **names}
    chosen = request.GET.get("sort") or order
    if chosen not in columns:
        raise BadInput(f"“{chosen[:40]}” is no order of this list: it has {', '.join(columns)}.")
    papers = papers.seen_by(request.user)
    filter = PaperFilter(request.GET, papers) if is_filtered(request.GET) else None
    page = keyset.Page([], "")
    if filter is None or filter.is_valid():
        rows = (filter.qs if filter else papers).narrow(columns[chosen])
        page = keyset.page(rows, columns[chosen], request.GET.get("older", ""), PAGE_SIZE)
    return Listing(
        papers=page.rows,
        filter=filter,
        order=chosen,
        orders=names,
        chips=_chips(request.GET, filter) if filter else [],
        older_url=without_empty(request.GET, older=page.cursor) if page.cursor else "",
        is_continuation="older" in request.GET,
    )


def is_filtered(query: QueryDict) -> bool:
    return any(query.get(name, "").strip() for name in PaperFilter.base_filters)


def _chips(query: QueryDict, filter: PaperFilter) -> list[Chip]:
    chips = []
    for name, field in filter.form.fields.items():
        if value := query.get(name, "").strip():
            chips.append(Chip(f"{field.label}: {value}", without_empty(query, older="", **{name: ""})))
    return chips


def without_empty(query: QueryDict, **changes: str) -> str:
    """The query string with these changes and without empty values: one list has one address."""
    kept = QueryDict(mutable=True)
    for name, value in (query.dict() | changes).items():
        if value:
            kept[name] = value
    return "?" + kept.urlencode()
