"""Saved searches: two verbs, each safe to repeat, and the tabs that lead to them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from lib.http import redirect_back, verb
from lib.refusals import BadInput
from papers.lists import listing
from papers.lists.filters import PaperFilter
from papers.models import SavedFilter

LONGEST = 10_000  # of what is read: more than any address is


def tabs(request: HttpRequest) -> dict:
    """The reader's saved searches, and those of them that this page is. They are fetched if they are drawn."""
    query = listing.normal(listing.read(request.GET))
    saved = request.user.saved_filters.all() if request.user.is_authenticated else []
    return {"query": query, "tabs": saved, "saved_as": lambda: [tab for tab in saved if tab.query == query]}


@verb
def save(request: HttpRequest) -> HttpResponse:
    """Name the search that the form holds, and show it. A name in use is refused."""
    asked = listing.read(QueryDict(request.POST.get("query", "")[:LONGEST]))
    query = listing.normal(asked)
    if not query or not PaperFilter(asked.params).is_valid():
        raise BadInput("There is nothing to save here: only a search or a filter that can be read gets a name.")
    saved = SavedFilter.objects.save_as(request.user, request.POST.get("name", ""), query)
    messages.success(request, f"This is your search “{saved}” now.")
    return redirect(saved)


@verb
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Only one's own; somebody else's stays, and nobody learns that it is there."""
    request.user.saved_filters.filter(pk=pk).delete()
    return redirect_back(request)
