"""The page on which a person claims to be an author of a paper, and its verbs."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django_htmx.http import HttpResponseClientRefresh

from lib.jobs import defer
from lib.refusals import BadInput, Gone
from lib.verbs import verb
from papers.claims import checking, proofs, tasks
from papers.claims.limits import count_check, count_claim
from papers.claims.proofs import META_NAME
from papers.models import AuthorClaim, Paper
from papers.models.authorclaim import MAX_TEXT
from papers.paper.removed import below_paper


@below_paper
@login_required
def claim(request: HttpRequest, ref) -> HttpResponse:
    """Show the form to claim a name, or how far the reader's claim to this paper is."""
    paper = get_object_or_404(Paper, arxiv_id=ref[0])
    current = AuthorClaim.objects.filter(user=request.user, paper=paper).current_first().first()
    if request.htmx:
        return HttpResponse(status=204) if current and current.is_checking else HttpResponseClientRefresh()
    listed = paper.author_names()
    context = {
        "paper": paper,
        "claim": current,
        "is_late": bool(current and current.checked_until and not current.is_checking),
        "authors": listed,
        "proposed": checking.proposed(request.user, listed),
        "meta": current and f'<meta name="{META_NAME}" content="{current.token}">',
        "max_text": MAX_TEXT,
        "possible": proofs.possible(current) if current and current.is_undecided else {},
    }
    return render(request, "papers/claims/claim.html", context)


@verb(purpose=lambda request, ref: "claim a paper")
def make(request: HttpRequest, ref) -> HttpResponse:
    """Claim the name at the position that the form has, and try the proofs that can be tried at once."""
    paper = get_object_or_404(Paper, arxiv_id=ref[0])
    position = request.POST.get("position", "")
    if not (position.isdecimal() and len(position) < 6):
        raise BadInput("Choose which of the authors you are.")
    count_claim(request)
    made, is_granted = checking.make(request.user, paper, int(position))
    if is_granted:
        messages.success(request, f"You are now marked as {made.name}.")
    return redirect("papers:claim", paper.arxiv_id)


@verb
def check(request: HttpRequest, ref) -> HttpResponse:
    """Let the worker try all proofs."""
    claim = _own(request, ref)
    count_check(request)
    with transaction.atomic():
        if claim.start_check(request.user, until=timezone.now() + checking.MAX_DURATION):
            defer(tasks.check_claim, {"pk": claim.pk})
    return redirect("papers:claim", ref[0])


@verb
def ask(request: HttpRequest, ref) -> HttpResponse:
    """Ask the moderators to decide."""
    _own(request, ref).ask(request.user, request.POST.get("message", ""))
    return redirect("papers:claim", ref[0])


@verb
def release(request: HttpRequest, ref) -> HttpResponse:
    """Take the claim back."""
    _own(request, ref).release(request.user)
    messages.success(request, "Your claim was released.")
    return redirect("papers:paper", ref[0])


def _own(request: HttpRequest, ref) -> AuthorClaim:
    """The claim of the reader to this paper that stands, or else the latest. Raises Gone without one."""
    claims = AuthorClaim.objects.filter(user=request.user, paper__arxiv_id=ref[0]).select_related("user", "paper")
    claim = claims.current_first().first()
    if claim is None:
        raise Gone("You have no claim to this paper.")
    return claim
