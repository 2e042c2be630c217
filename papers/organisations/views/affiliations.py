"""Affiliation of a paper with an organisation: four actions, and the pages of open and of refused suggestions."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html

from lib import keyset
from lib.pages import page
from lib.redirects import redirect_back
from lib.verbs import verb
from orgs.models import Organisation
from orgs.roles import TAG
from papers.lists.cards import cards_of
from papers.models import Affiliation, Paper, State
from papers.organisations.offers import DECISIONS

PAGE_SIZE = 30


@login_required
def suggestions(request: HttpRequest, slug: str, state: State) -> HttpResponse:
    """What waits for a decision, or what was refused; for those who decide."""
    organisation = get_object_or_404(Organisation, slug=slug)
    if not organisation.allows(request.user, TAG):
        raise Http404
    pairs = organisation.affiliations.filter(state=state).select_related("paper", "suggested_by", "decided_by")
    shown = keyset.page(pairs, ("since", "paper_id"), request.GET.get("older", ""), PAGE_SIZE)
    drawn = cards_of(Paper.objects.rows_of([pair.paper_id for pair in shown.rows], request.user))
    context = {
        "org": organisation,
        "state": state,
        "acts": DECISIONS[state],
        "rows": [(pair, drawn[pair.paper_id].fill()) for pair in shown.rows if pair.paper_id in drawn],
        "older": shown.cursor,
    }
    return page(request, "papers/organisations/suggestions.html", context)


def _act(request: HttpRequest, slug: str, ref, change: Callable, message: str) -> HttpResponse:
    """Call the verb `change`, add the message if something changed, and lead back to the page of the button."""
    organisation, paper = get_object_or_404(Organisation, slug=slug), get_object_or_404(Paper, arxiv_id=ref[0])
    if change(request.user, organisation, paper):
        refused = reverse("papers:refused", args=[slug])
        messages.success(request, format_html(message, paper=paper, organisation=organisation, refused=refused))
    return redirect_back(request)


@verb
def tag(request: HttpRequest, slug: str, ref) -> HttpResponse:
    """Accept a paper, whether it was suggested, refused or neither."""
    return _act(request, slug, ref, Affiliation.objects.accept, "“{paper}” is now a paper of {organisation}.")


@verb
def untag(request: HttpRequest, slug: str, ref) -> HttpResponse:
    """Refuse a paper that was suggested or accepted. It stays in the list of refused ones."""
    message = (
        '“{paper}” is not a paper of {organisation}. You can undo this under <a href="{refused}">declined papers</a>.'
    )
    return _act(request, slug, ref, Affiliation.objects.refuse, message)


@verb
def suggest(request: HttpRequest, slug: str, ref) -> HttpResponse:
    change = partial(Affiliation.objects.suggest, reason=request.POST.get("reason", ""))
    return _act(request, slug, ref, change, "Suggested “{paper}” to {organisation}. Its admins will decide.")


@verb
def withdraw(request: HttpRequest, slug: str, ref) -> HttpResponse:
    """Take the user's own suggestion back."""
    return _act(request, slug, ref, Affiliation.objects.withdraw, "Suggestion withdrawn.")
