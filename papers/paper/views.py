"""The verbs of all marks, each safe to repeat."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lib.limits import counted_by, network_of
from lib.redirects import redirect_back
from lib.refusals import Gone
from lib.text import quoted
from lib.verbs import verb
from papers.models import Paper
from papers.models.mark import PaperMark
from papers.paper.limits import count_mark

MAX_TITLE = 60  # characters on the sign-in page
# The columns of a paper that marks and their buttons need.
_COLUMNS = ("arxiv_id", "title", "version", "vote_count", "listed_at", "listed_on", "is_listed")


def _purpose(request: HttpRequest, ref: tuple[str, int | None], kind: type[PaperMark]) -> str:
    paper = Paper.objects.only("title").filter(arxiv_id=ref[0]).first()
    return f"{kind.verb} {quoted(paper, MAX_TITLE) if paper else 'this paper'}"


@verb(purpose=_purpose)
@counted_by(count_mark)
def mark(request: HttpRequest, ref: tuple[str, int | None], kind: type[PaperMark]) -> HttpResponse:
    return _change(request, ref, kind, True)


@verb
@counted_by(count_mark)
def unmark(request: HttpRequest, ref: tuple[str, int | None], kind: type[PaperMark]) -> HttpResponse:
    return _change(request, ref, kind, False)


def _change(request: HttpRequest, ref, kind: type[PaperMark], is_made: bool) -> HttpResponse:
    """Make or remove the mark, then answer with its button, or lead back to the row in which the form stood."""
    paper = Paper.objects.only(*_COLUMNS).filter(arxiv_id=ref[0]).first()
    if paper is None:
        raise Gone("This paper no longer exists.")
    if is_made:
        kind.objects.make(request.user, paper, network_of(request))
    else:
        kind.objects.unmake(request.user, paper)
    remark = kind.remark(paper) if is_made else ""
    if request.htmx:
        setattr(paper, kind.bit, is_made)
        context = {"paper": paper, "is_answer": True, "remark": remark}
        return render(request, f"papers/lists/_card.html#{kind.control}", context)
    if is_made and kind.confirmation:
        messages.success(request, kind.confirmation.format(paper.plain_title))
    if remark:
        messages.info(request, remark)
    return redirect_back(request)
