"""Saved searches: two verbs, each safe to repeat, and the tabs that lead to them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from lib.redirects import redirect_back
from lib.refusals import BadInput
from lib.verbs import verb
from papers.lists.filters import PaperFilter
from papers.lists.query import parse_query, query_of
from papers.models import SavedFilter

MAX_LENGTH = 10_000  # of the query that is read: longer than any address


def tabs(request: HttpRequest) -> dict:
    """The reader's saved searches, and those of them that this page is. They are fetched if they are drawn."""
    query = query_of(request).canonical()
    saved = request.user.saved_filters.all() if request.user.is_authenticated else []
    return {"query": query, "tabs": saved, "saved_as": lambda: [tab for tab in saved if tab.query == query]}


@verb
def save(request: HttpRequest) -> HttpResponse:
    """Name the search that the form holds, and show it. A name in use is refused."""
    query = parse_query(QueryDict(request.POST.get("query", "")[:MAX_LENGTH]))
    canonical = query.canonical()
    if not canonical or not PaperFilter(query.params).is_valid():
        raise BadInput("There is nothing to save here: only a search or a filter that can be read gets a name.")
    saved = SavedFilter.objects.save_as(request.user, request.POST.get("name", ""), canonical)
    messages.success(request, f"This is your search “{saved}” now.")
    return redirect(saved)


@verb
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Only one's own; somebody else's stays, and nobody learns that it is there."""
    request.user.saved_filters.filter(pk=pk).delete()
    return redirect_back(request)
