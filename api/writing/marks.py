"""Upvotes and bookmarks of papers. Each operation can be repeated, which changes nothing."""

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from api.models import Scope
from api.refs import ArxivRef
from api.writing import found
from api.writing.operation import Change, json_answer, writes
from lib.limits import network_of
from papers.models import Bookmark, Paper, Vote
from papers.models.mark import PaperMark
from papers.paper.limits import count_mark

router = Router(tags=["marks"])


class Voted(Schema):
    id: str
    upvotes: int = Field(ge=0)
    upvoted: bool
    remark: str = Field("", description="Why the upvote does not count yet.")


class Bookmarked(Schema):
    id: str
    bookmarked: bool


@writes(router, "/papers/{arxiv:ref}/vote", Scope.VOTE, Voted)
def upvote_paper(request: HttpRequest, ref: ArxivRef) -> Change:
    """Upvote a paper."""
    return _change(request, ref[0], Vote, True)


@writes(router, "/papers/{arxiv:ref}/vote/withdraw", Scope.VOTE, Voted)
def withdraw_upvote(request: HttpRequest, ref: ArxivRef) -> Change:
    """Withdraw the upvote of a paper."""
    return _change(request, ref[0], Vote, False)


@writes(router, "/papers/{arxiv:ref}/bookmark", Scope.KEEP, Bookmarked)
def bookmark_paper(request: HttpRequest, ref: ArxivRef) -> Change:
    """Bookmark a paper."""
    return _change(request, ref[0], Bookmark, True)


@writes(router, "/papers/{arxiv:ref}/bookmark/remove", Scope.KEEP, Bookmarked)
def remove_bookmark(request: HttpRequest, ref: ArxivRef) -> Change:
    """Remove the bookmark of a paper."""
    return _change(request, ref[0], Bookmark, False)


def _change(request: HttpRequest, arxiv_id: str, kind: type[PaperMark], is_made: bool) -> Change:
    count_mark(request)
    paper = found.paper(arxiv_id)

    def change() -> HttpResponse:
        if is_made:
            kind.objects.make(request.user, paper, network_of(request))
        else:
            kind.objects.unmake(request.user, paper)
        return _marked(paper, kind, is_made)

    return change


def _marked(paper: Paper, kind: type[PaperMark], is_marked: bool) -> HttpResponse:
    if kind is Bookmark:
        return json_answer({"id": paper.arxiv_id, "bookmarked": is_marked})
    remark = Vote.remark(paper) if is_marked else ""
    return json_answer({"id": paper.arxiv_id, "upvotes": paper.vote_count, "upvoted": is_marked, "remark": remark})
