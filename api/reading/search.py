"""All papers: by words, and from the latest to the first."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router

from api.access import OPTIONAL
from api.reading import schemas
from api.reading.listed import dumped, list_answer
from api.reading.queries import MAX_WORDS, Filters, ListParams, cursor_field, list_query
from api.rows import texts
from api.rows.papers import daily_rows
from lib import tex
from papers.lists import general
from papers.lists.listing import Listing
from papers.search.highlight import Highlighter

MAX_FOUND = 120
router = Router(tags=["search"], by_alias=True)


class SearchParams(Filters):
    q: str = Field(
        max_length=MAX_WORDS,
        min_length=1,
        description="Words to search for. Filters may be among them, as in the search box: `author:lovelace`.",
        examples=["graph neural networks"],
    )
    limit: int = Field(20, ge=1, le=MAX_FOUND, description="Papers a page.")
    cursor: str | None = cursor_field()


@router.get("/papers/search", response=list[schemas.SearchRow], openapi_extra=OPTIONAL)
def search(request: HttpRequest, params: Query[SearchParams]) -> HttpResponse:
    """The papers that a search by words and by meaning finds, the best first."""
    return list_answer(request, general.everything(), list_query(request, params), params.limit, write=_search_rows)


@router.get("/papers", response=list[schemas.Paper], openapi_extra=OPTIONAL, tags=["papers"])
def papers(request: HttpRequest, params: Query[ListParams]) -> HttpResponse:
    """All papers, also those that are on no day's list, the latest first."""
    list_ = replace(general.everything(), is_of_days=False, order="newest")
    return list_answer(request, list_, list_query(request, params), params.limit, write=_flat)


def _flat(listing: Listing, people: texts.People) -> bytes:
    return texts.flat(listing.papers, people, listing.viewer)


def _search_rows(listing: Listing, people: texts.People) -> bytes:
    """The papers of the listing as rows, with the words of the search highlighted."""
    analysis = listing.results and listing.results.analysis
    highlighter = Highlighter(analysis.highlighted, analysis.prefix) if analysis else Highlighter(frozenset(), "")
    rows = daily_rows([paper.pk for paper in listing.papers], listing.viewer)
    return dumped([_highlighted(row, highlighter) for row in rows])


def _highlighted(row: dict, highlighter: Highlighter) -> dict:
    return {
        "upvoted": False,
        **row,
        "highlightedTitle": tex.line(tex.read(row["title"]), highlighter.highlight),
        "highlightedSummary": tex.paragraphs(tex.read(row["summary"]), highlighter.highlight),
    }
