"""The page on which authors replace or hide what a language model wrote about their paper, and moderators hide it."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from accounts.factors import moderators_prove
from lib.http import form_page
from lib.limits import request_limit
from lib.refusals import Gone, NotAllowed
from lib.verbs import form_verb, verb
from papers.claims.forms import SummaryForm
from papers.models import AiText, Paper
from papers.paper.removed import below_paper

_count_change = request_limit("summary", person=60, network=200, period=timedelta(days=1))


@below_paper
@form_verb
@moderators_prove
def summary(request: HttpRequest, ref) -> HttpResponse:
    """Show the summary with the form that replaces it, or replace it."""
    paper = get_object_or_404(Paper, arxiv_id=ref[0])
    is_author = paper.author_claims.granted_to(request.user).exists()
    if not (request.refusal or is_author or request.user.is_moderator):
        raise NotAllowed("Only moderators and authors who have claimed their names can do this.")
    text = _text(ref)
    form = SummaryForm(text, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if request.refusal:
            form.refuse(request.refusal)
        elif _save(request, form):
            return redirect("papers:summary", paper.arxiv_id)
    shown = None if request.refusal else text
    context = {"paper": paper, "text": shown, "form": form, "writes": request.refusal or (is_author and text)}
    return form_page(request, "papers/claims/summary.html", context)


def _text(ref) -> AiText | None:
    """The text of the paper, unless the site shows none of any."""
    texts = AiText.objects.select_related("paper").filter(paper__arxiv_id=ref[0])
    return texts.first() if settings.SHOW_AI_TEXT else None


def _save(request: HttpRequest, form: SummaryForm) -> bool:
    """Replace the summary. Returns whether that was done; what was refused is an error of the form."""
    _count_change(request)
    is_saved = form.save(request.user)
    if is_saved:
        messages.success(request, "Your summary is saved.")
    return is_saved


@verb
@moderators_prove
def restore(request: HttpRequest, ref) -> HttpResponse:
    """Bring back the language model's text."""
    return _change(request, ref, AiText.restore)


@verb
@moderators_prove
def hide(request: HttpRequest, ref) -> HttpResponse:
    return _change(request, ref, AiText.hide)


@verb
@moderators_prove
def show(request: HttpRequest, ref) -> HttpResponse:
    """Show what was hidden."""
    return _change(request, ref, AiText.show)


def _change(request: HttpRequest, ref, change) -> HttpResponse:
    text = _text(ref)
    if text is None:
        raise Gone("This paper shows no summary.")
    _count_change(request)
    change(text, request.user)
    return redirect("papers:summary", ref[0])
