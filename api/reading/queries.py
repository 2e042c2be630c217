"""The parameters by which operations choose papers: those of the pages of lists, and those of the Hub."""

from datetime import date
from typing import Annotated, Any, Literal

import django_filters
from django.http import HttpRequest, QueryDict
from ninja import Field, Schema
from ninja.errors import AuthenticationError
from pydantic import WithJsonSchema, create_model

from papers.lists.filters import PaperFilter
from papers.lists.list import ORDERS
from papers.lists.query import SEARCHES, ListQuery, parse_query

MAX_WORDS, MAX_LIMIT, DEFAULT_LIMIT = 250, 100, 50
SORTS = {"publishedAt": "newest", "trending": "hot"} | {order: order for order in ORDERS}
Day = Annotated[date, WithJsonSchema({"type": "string", "format": "date", "maxLength": 10})]
_HELP = {
    "org": "Papers of the organisation with this slug or name.",
    "author": "Papers with an author of this name, or part of a name.",
    "topic": "Papers with this category of arXiv, such as `cs.CL`, or with this keyword.",
    "min_votes": "Papers with at least this many upvotes.",
    "has": "Papers that have this.",
    "repro": "Papers with reports of reproduction that have this outcome.",
    "after": "Papers listed on this day or later.",
    "before": "Papers listed on this day or earlier.",
    "seen": "Papers that the person of the token has not seen. Without a token, 401.",
}


def cursor_field() -> Any:
    """The parameter `cursor` of an operation."""
    return Field(None, max_length=1_000, description="Where the page begins, from the header `Link` of the one before.")


def _parameter(name: str, filter: django_filters.Filter) -> tuple[Any, Any]:
    """The parameter of a filter of the pages, with its type and limits."""
    options = {"description": _HELP.get(name, filter.label)}
    match filter:
        case django_filters.ChoiceFilter():
            return Literal[*dict(filter.extra["choices"])] | None, Field(None, **options)
        case django_filters.NumberFilter():
            limits = {"ge": filter.extra["min_value"], "le": filter.extra["max_value"]}
            return int | None, Field(None, **limits, **options)
        case django_filters.DateFilter():
            return Day | None, Field(None, **options)
        case _:
            return str | None, Field(None, max_length=filter.extra["max_length"], **options)


class Words(Schema):
    """Words, and how they are searched for."""

    q: str | None = Field(
        None,
        max_length=MAX_WORDS,
        description="Words to search for. Filters may be among them, as in the search box: `author:lovelace`.",
        examples=["graph neural networks"],
    )
    by: Literal[*filter(None, SEARCHES)] | None = Field(
        None, description="How to search: by `words` alone, by `meaning` alone, or, without this, by both."
    )


Filters = create_model(
    "Filters",
    __base__=Words,
    **{name: _parameter(name, filter) for name, filter in PaperFilter.base_filters.items()},
)


class Page(Schema):
    """Which page of a list."""

    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="Papers a page.")
    cursor: str | None = cursor_field()


class ListParams(Filters, Page):
    """All parameters of a list of papers."""

    sort: Literal[*SORTS] | None = Field(
        None,
        description=(
            "The order: `publishedAt` and `newest` are the newest listing first, `votes` the most upvotes, `discussed` "
            "the most people who comment, `trending` and `hot` that of Trending."
        ),
    )


def list_query(request: HttpRequest, params: Filters) -> ListQuery:
    """The query of a list's page that has these parameters, as they stand in the address.

    Raises BadInput for words that can't be read, and AuthenticationError if it depends on who reads and nobody says.
    """
    names = {*Filters.model_fields, "sort"} & type(params).model_fields.keys()
    data = QueryDict(mutable=True)
    for name in names & request.GET.keys():
        data[name] = request.GET[name]
    if sort := data.get("sort"):
        data["sort"] = SORTS[sort]
    if params.cursor:
        data["older"] = params.cursor
    query = parse_query(data)
    query.demand_readable()
    if query.depends_on_viewer and not request.user.is_authenticated:
        raise AuthenticationError(message="What you have seen takes an access token with the scope “read”.")
    return query
