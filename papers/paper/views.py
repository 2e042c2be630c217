"""The verbs of all marks, each safe to repeat."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from lib.limits import limited
from lib.redirects import redirect_back
from lib.verbs import verb
from papers.models import Paper
from papers.models.mark import PaperMark

_limited = limited("marks", person=120, network=1200, period=timedelta(minutes=1))


@verb
@_limited
def mark(request: HttpRequest, ref: tuple[str, int | None], kind: type[PaperMark]) -> HttpResponse:
    return _change(request, ref, kind, kind.objects.make, kind.confirmation)


@verb
@_limited
def unmark(request: HttpRequest, ref: tuple[str, int | None], kind: type[PaperMark]) -> HttpResponse:
    return _change(request, ref, kind, kind.objects.unmake)


def _change(request: HttpRequest, ref, kind: type[PaperMark], change: Callable, confirmation: str = "") -> HttpResponse:
    """Change the mark, then answer with its button, or lead back to the row in which the form stood."""
    paper = get_object_or_404(Paper.objects.only(*_SHOWN), arxiv_id=ref[0])
    change(request.user, paper)
    if request.htmx:
        setattr(paper, kind.bit, change == kind.objects.make)
        return render(request, f"papers/lists/_card.html#{kind.control}", {"paper": paper, "is_answer": True})
    if confirmation:
        messages.success(request, confirmation.format(paper.plain_title))
    return redirect_back(request)


# What verbs and buttons need of a paper.
_SHOWN = ("arxiv_id", "title", "vote_count", "revision", "listed_at", "listed_on")
