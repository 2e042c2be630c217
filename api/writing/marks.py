"""Upvotes and bookmarks of papers. Each operation can be repeated: twice is once."""

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from api.models import Scope
from api.refs import ArxivRef
from api.writing import found
from api.writing.operation import answer, writes
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
def upvote_paper(request: HttpRequest, ref: ArxivRef) -> HttpResponse:
    """Upvote a paper."""
    return _voted(_mark(request, ref[0], Vote), True)


@writes(router, "/papers/{arxiv:ref}/vote/withdraw", Scope.VOTE, Voted)
def withdraw_upvote(request: HttpRequest, ref: ArxivRef) -> HttpResponse:
    """Withdraw the upvote of a paper."""
    return _voted(_unmark(request, ref[0], Vote), False)


@writes(router, "/papers/{arxiv:ref}/bookmark", Scope.KEEP, Bookmarked)
def bookmark_paper(request: HttpRequest, ref: ArxivRef) -> HttpResponse:
    """Bookmark a paper."""
    return answer({"id": _mark(request, ref[0], Bookmark).arxiv_id, "bookmarked": True})


@writes(router, "/papers/{arxiv:ref}/bookmark/remove", Scope.KEEP, Bookmarked)
def remove_bookmark(request: HttpRequest, ref: ArxivRef) -> HttpResponse:
    """Remove the bookmark of a paper."""
    return answer({"id": _unmark(request, ref[0], Bookmark).arxiv_id, "bookmarked": False})


def _mark(request: HttpRequest, arxiv_id: str, kind: type[PaperMark]) -> Paper:
    count_mark(request)
    paper = found.paper(arxiv_id)
    kind.objects.make(request.user, paper, network_of(request))
    return paper


def _unmark(request: HttpRequest, arxiv_id: str, kind: type[PaperMark]) -> Paper:
    count_mark(request)
    paper = found.paper(arxiv_id)
    kind.objects.unmake(request.user, paper)
    return paper


def _voted(paper: Paper, is_upvoted: bool) -> HttpResponse:
    remark = Vote.remark(paper) if is_upvoted else ""
    return answer({"id": paper.arxiv_id, "upvotes": paper.vote_count, "upvoted": is_upvoted, "remark": remark})
