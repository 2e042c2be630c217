"""Saves and removes searches, and makes the tabs of a reader's saved ones."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from lib.redirects import redirect_back
from lib.refusals import BadInput
from lib.verbs import verb
from papers.lists.filters import PaperFilter
from papers.lists.query import parse_query, query_of
from papers.models import SavedFilter

MAX_LENGTH = 10_000  # characters of a query that are read; addresses are shorter


def tabs(request: HttpRequest) -> dict:
    """The context of the tabs: the page's query and the reader's saved searches, which are read if they are shown."""
    query = query_of(request).canonical()
    saved = request.user.saved_filters.all() if request.user.is_authenticated else []
    return {"query": query, "tabs": saved, "saved_as": lambda: [tab for tab in saved if tab.query == query]}


@verb
def save(request: HttpRequest) -> HttpResponse:
    """Save a search under a name, and redirect to it. Raises BadInput if there is no query to save."""
    query = parse_query(QueryDict(request.POST.get("query", "")[:MAX_LENGTH]))
    canonical = query.canonical()
    if not canonical or not PaperFilter(query.params, viewer=request.user).is_valid():
        raise BadInput("Nothing to save: enter a search or a filter first.")
    saved = SavedFilter.objects.save_as(request.user, request.POST.get("name", ""), canonical)
    messages.success(request, f"Saved as “{saved}”.")
    return redirect(saved)


@verb
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a saved search of the user. Any other id changes nothing and is answered the same way."""
    request.user.saved_filters.filter(pk=pk).delete()
    return redirect_back(request)
