"""Whose a paper is: four verbs, what they are offered as on a paper's page, and the page where suggestions wait."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html

from lib import keyset
from lib.pages import page
from lib.redirects import redirect_back
from lib.verbs import verb
from orgs.models import Membership, Organisation
from orgs.roles import MAY, SUGGEST, TAG
from papers.lists.cards import cards_of
from papers.models import Affiliation, Paper, State

PAGE_SIZE = 30
_DECISIONS = {
    "": {"tag": "Tag"},
    State.SUGGESTED: {"tag": "Accept", "untag": "Refuse"},
    State.ACCEPTED: {"untag": "Untag"},
    State.REFUSED: {"tag": "Accept after all"},
}


def offers(user, paper: Paper) -> list[Membership]:
    """This user's memberships with the paper's `state` there ("": none), and `acts`, what may be done about it:
    the name of an address → what its button says."""
    if not user.is_authenticated:
        return []
    pair = Affiliation.objects.filter(paper=paper, organisation=OuterRef("organisation"))
    memberships = list(
        user.memberships.select_related("organisation")
        .annotate(
            state=Coalesce(Subquery(pair.values("state")), Value("")), is_own=Exists(pair.filter(suggested_by=user))
        )
        .order_by("organisation__name")
    )
    for membership in memberships:
        membership.acts = _acts(membership)
    return memberships


def _acts(membership: Membership) -> dict[str, str]:
    deeds = MAY[membership.role]
    if TAG in deeds:
        return _DECISIONS[membership.state]
    if SUGGEST in deeds and membership.state == "":
        return {"suggest": "Suggest"}
    return {"withdraw": "Withdraw"} if membership.state == State.SUGGESTED and membership.is_own else {}


@login_required
def suggestions(request: HttpRequest, slug: str, state: State) -> HttpResponse:
    """What waits for a decision, or what was refused; for those who decide."""
    organisation = get_object_or_404(Organisation, slug=slug)
    if not organisation.allows(request.user, TAG):
        raise Http404
    pairs = organisation.affiliations.filter(state=state).select_related("paper", "suggested_by", "decided_by")
    shown = keyset.page(pairs, ("since", "paper_id"), request.GET.get("older", ""), PAGE_SIZE)
    papers = Paper.objects.filter(pk__in=[pair.paper_id for pair in shown.rows]).seen_by(request.user)
    drawn = cards_of(papers.for_cards())
    context = {
        "org": organisation,
        "state": state,
        "acts": _DECISIONS[state],
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
    return _act(request, slug, ref, Affiliation.objects.accept, "“{paper}” is a paper of {organisation} now.")


@verb
def untag(request: HttpRequest, slug: str, ref) -> HttpResponse:
    """Refuse a paper that was suggested or accepted. It stays in the list of refused ones."""
    message = (
        "“{paper}” is not a paper of {organisation}. It stands "
        '<a href="{refused}">among the refused ones</a>, where it can be accepted after all.'
    )
    return _act(request, slug, ref, Affiliation.objects.refuse, message)


@verb
def suggest(request: HttpRequest, slug: str, ref) -> HttpResponse:
    change = partial(Affiliation.objects.suggest, reason=request.POST.get("reason", ""))
    return _act(request, slug, ref, change, "“{paper}” is suggested to {organisation}, whose admins decide.")


@verb
def withdraw(request: HttpRequest, slug: str, ref) -> HttpResponse:
    """Take one's own suggestion back."""
    return _act(request, slug, ref, Affiliation.objects.withdraw, "Your suggestion is withdrawn.")
