"""The verbs of all marks, each safe to repeat."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lib.limits import limited
from lib.redirects import redirect_back
from lib.refusals import Gone
from lib.text import quoted
from lib.verbs import verb
from papers.models import Paper
from papers.models.mark import PaperMark

_limited = limited("marks", person=120, network=1200, period=timedelta(minutes=1))

MAX_TITLE = 60  # characters on the sign-in page
# The columns of a paper that marks and their buttons need.
_COLUMNS = ("arxiv_id", "title", "vote_count", "listed_at", "listed_on", "is_listed")


def _deed(request: HttpRequest, ref: tuple[str, int | None], kind: type[PaperMark]) -> str:
    paper = Paper.objects.only("title").filter(arxiv_id=ref[0]).first()
    return f"{kind.deed} {quoted(paper, MAX_TITLE) if paper else 'this paper'}"


@verb(deed=_deed)
@_limited
def mark(request: HttpRequest, ref: tuple[str, int | None], kind: type[PaperMark]) -> HttpResponse:
    return _change(request, ref, kind, True)


@verb
@_limited
def unmark(request: HttpRequest, ref: tuple[str, int | None], kind: type[PaperMark]) -> HttpResponse:
    return _change(request, ref, kind, False)


def _change(request: HttpRequest, ref, kind: type[PaperMark], is_made: bool) -> HttpResponse:
    """Make or remove the mark, then answer with its button, or lead back to the row in which the form stood."""
    paper = Paper.objects.only(*_COLUMNS).filter(arxiv_id=ref[0]).first()
    if paper is None:
        raise Gone("This paper no longer exists.")
    change = kind.objects.make if is_made else kind.objects.unmake
    change(request.user, paper)
    if request.htmx:
        setattr(paper, kind.bit, is_made)
        return render(request, f"papers/lists/_card.html#{kind.control}", {"paper": paper, "is_answer": True})
    if is_made and kind.confirmation:
        messages.success(request, kind.confirmation.format(paper.plain_title))
    return redirect_back(request)
