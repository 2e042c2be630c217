"""Answers with the papers of a `List`: the rows of one page, with a link to the next one."""

import json
from collections.abc import Callable
from dataclasses import replace

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from api.rows import texts
from lib.pages import PUBLIC_SECONDS, versioned
from lib.refusals import BadInput, Gone
from papers.lists.list import List, Privacy
from papers.lists.listing import Listing, for_page
from papers.lists.pages import limit_searches
from papers.lists.query import ListQuery
from papers.models.bits import bits
from papers.paper import credit

MAX_COUNTED = 10_000  # papers that page numbers reach
JSON = "application/json"

type Write = Callable[[Listing, texts.People], bytes]


def daily(listing: Listing, people: texts.People) -> bytes:
    """The papers of the listing as rows of `/api/daily_papers`."""
    return texts.daily(listing.papers, people, listing.viewer)


def list_answer(
    request: HttpRequest, list_: List, query: ListQuery, limit: int, *, page: int = 0, write: Write = daily
) -> HttpResponse:
    """A page of the list as JSON: `limit` papers after the cursor of the query, and after `page` such pages.

    `write` writes the papers of a listing with what is shown of their people. Raises BadInput for what can't be read,
    Http404 for a list that this viewer may not read, Gone for a page that page numbers do not reach, TooMany if the
    client searches too often, and TooSlow.
    """
    list_.title_for(request.user)
    if query.is_filtered:
        limit_searches(request)
    listing = _listing(list_, query, request.user, limit, page)
    people = credit.people([row.pk for row in listing.papers])
    marks = [[getattr(row, bit) for bit in bits()] for row in listing.papers] if request.user.is_authenticated else ()
    response = versioned(
        request,
        lambda: write(listing, people),
        JSON,
        version=(texts.version(), listing.version, people, marks),
        seconds=PUBLIC_SECONDS if list_.privacy is Privacy.PUBLIC else 0,
    )
    return linked(request, response, listing.cursor)


def _listing(list_: List, query: ListQuery, viewer, limit: int, page: int) -> Listing:
    """The listing with the papers of this page, counted from 0."""
    size = (page + 1) * limit
    if size > MAX_COUNTED:
        raise Gone(f"Page numbers reach {MAX_COUNTED:,} papers. To read on, follow the header Link of each page.")
    listing = for_page(list_, query, viewer, size)
    if not listing.is_readable:
        raise BadInput(listing.filter_errors)
    return replace(listing, papers=listing.papers[page * limit :])


def linked(request: HttpRequest, response: HttpResponse, cursor: str) -> HttpResponse:
    """The response with the header `Link` to the page that begins at this cursor, if there is one (RFC 8288)."""
    if cursor:
        params = request.GET.copy()
        params["cursor"] = cursor
        params.pop("p", None)
        response.headers["Link"] = f'<{settings.BASE_URL}{request.path}?{params.urlencode()}>; rel="next"'
    return response


def dumped(data: object) -> bytes:
    """The data as JSON in UTF-8."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
