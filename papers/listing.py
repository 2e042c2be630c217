"""What a list page is: papers, filters, an order, a keyset page. The one place that builds one."""

from dataclasses import dataclass

from django.http import HttpRequest, QueryDict

from lib import keyset
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
    papers: list[Paper]
    filter: PaperFilter
    order: str
    orders: dict[str, str]
    chips: list[Chip]
    older_url: str
    is_continuation: bool

    @property
    def asked(self) -> str:
        """What the filter form holds, as a cache key."""
        return repr([(name, self.filter.data.get(name, "")) for name in (*self.filter.filters, "sort")])

    @property
    def version(self) -> tuple:
        """All that the rows show, for an ETag."""
        return tuple(paper.face for paper in self.papers)


def build(
    request: HttpRequest,
    papers,
    *,
    order: str = "votes",
    own_order: tuple[str, str, tuple[str, ...]] | None = None,
) -> Listing:
    """The page of these papers that the address asks for.

    `own_order` adds an order that only this list has, and its default: (key, name, columns).
    Raises BadInput for a cursor that is not ours. Filters and orders that cannot be read show their errors in
    `filter.form`, and list nothing.
    """
    columns, names = dict(ORDERS), dict(ORDER_NAMES)
    if own_order:
        order, name, own_columns = own_order
        columns, names = {order: own_columns, **columns}, {order: name, **names}
    filter = PaperFilter(request.GET, papers.seen_by(request.user))
    chosen = request.GET.get("sort") or order
    if chosen not in columns:
        filter.form.add_error(None, f"“{chosen[:40]}” is no order of this list: {', '.join(columns)}.")
    page = keyset.Page([], "")
    if filter.is_valid():
        page = keyset.page(filter.qs, columns[chosen], request.GET.get("older", ""), PAGE_SIZE)
    return Listing(
        papers=page.rows,
        filter=filter,
        order=chosen,
        orders=names,
        chips=_chips(request.GET, filter),
        older_url=_url(request.GET, older=page.cursor) if page.cursor else "",
        is_continuation="older" in request.GET,
    )


def is_filtered(query: QueryDict) -> bool:
    return any(query.get(name, "").strip() for name in PaperFilter.base_filters)


def _chips(query: QueryDict, filter: PaperFilter) -> list[Chip]:
    chips = []
    for name, field in filter.form.fields.items():
        if value := query.get(name, "").strip():
            chips.append(Chip(f"{field.label}: {value}", _url(query, older="", **{name: ""})))
    return chips


def _url(query: QueryDict, **changes: str) -> str:
    """The query string with these changes; empty values go."""
    changed = query.copy()
    for name, value in changes.items():
        changed[name] = value
    kept = QueryDict(mutable=True)
    for name, value in changed.items():
        if value:
            kept[name] = value
    return "?" + kept.urlencode()
