"""Comments on papers, replies, and reports of reproduction."""

from dataclasses import asdict, replace
from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from api.bodies import Body
from api.models import Scope
from api.refs import VISIBLE, ArxivRef, CommentId, Number, ObjectId
from api.rows.values import absolute, moment, object_id
from api.writing import found
from api.writing.operation import answer, writes
from lib.markup import MAX_LENGTH
from papers.discussion import posting
from papers.discussion.forms import CommentForm, ReportForm
from papers.discussion.limits import count_form, count_vote
from papers.models import Comment, CommentVote, Content, Outcome

router = Router(tags=["discussion"])
# What the forms of pages demand, whose words say what is wrong.
_TEXT = {"maxLength": MAX_LENGTH, "pattern": VISIBLE}
_LINE = {"maxLength": 300, "pattern": VISIBLE}
_NAMES = {"text": "comment"}  # of members of bodies, by fields of forms


class Text(Body):
    comment: str = Field(description="Markdown and formulas; people as @name.", json_schema_extra=_TEXT)


class Edited(Text):
    numEdits: Number | None = Field(  # noqa: N815 (the Hub's name)
        None,
        description="How often the comment that you edit had been edited, so that you replace no other one.",
    )


class Report(Body):
    """What came out when you ran what the paper describes."""

    outcome: Literal[*Outcome.values]
    ran: str = Field(description="What you ran: the repository, and the commit or release.", json_schema_extra=_LINE)
    hardware: str = Field("", json_schema_extra={"maxLength": 200})
    duration: str = Field("", description="How long it took.", json_schema_extra={"maxLength": 100})
    comment: str = Field("", description="The result, as Markdown.", json_schema_extra={"maxLength": MAX_LENGTH})


class Written(Schema):
    id: ObjectId
    url: str
    comment: str = Field(description="Markdown, as it is stored.")
    createdAt: str  # noqa: N815
    numEdits: int = Field(ge=0)  # noqa: N815


class Retracted(Schema):
    id: ObjectId
    hidden: Literal[True]


class CommentVoted(Schema):
    id: ObjectId
    upvotes: int = Field(ge=0)
    upvoted: bool


@writes(router, "/papers/{arxiv:ref}/comment", Scope.DISCUSS, Written, 201)
def comment_on_paper(request: HttpRequest, ref: ArxivRef, data: Text) -> HttpResponse:
    """Comment on a paper. The same text once more within a day returns the first comment."""
    return _written(posting.post(request.user, found.paper(ref[0]), _content(request, data)), 201)


@writes(router, "/papers/{arxiv:ref}/comment/{comment_id}/reply", Scope.DISCUSS, Written, 201)
def reply_to_comment(request: HttpRequest, ref: ArxivRef, comment_id: CommentId, data: Text) -> HttpResponse:
    """Reply to a comment."""
    parent = found.comment(ref[0], comment_id)
    return _written(posting.post(request.user, parent.paper, _content(request, data), parent), 201)


@writes(router, "/papers/{arxiv:ref}/comment/{comment_id}/edit", Scope.DISCUSS, Written)
def edit_comment(request: HttpRequest, ref: ArxivRef, comment_id: CommentId, data: Edited) -> HttpResponse:
    """Replace the text of your own comment, or of your own report. Its history keeps the former one."""
    comment, new = found.comment(ref[0], comment_id), _content(request, data)
    edit_count = comment.edit_count if data.numEdits is None else data.numEdits
    posting.edit(request.user, comment, replace(comment.content, text=new.text), edit_count)
    return _written(comment)


@writes(router, "/papers/{arxiv:ref}/comment/{comment_id}/retract", Scope.DISCUSS, Retracted)
def retract_comment(request: HttpRequest, ref: ArxivRef, comment_id: CommentId) -> HttpResponse:
    """Delete your own comment. Replies to it stay."""
    found.comment(ref[0], comment_id).retract(request.user)
    return answer({"id": comment_id, "hidden": True})


@writes(router, "/papers/{arxiv:ref}/comment/{comment_id}/vote", Scope.VOTE, CommentVoted)
def upvote_comment(request: HttpRequest, ref: ArxivRef, comment_id: CommentId) -> HttpResponse:
    """Upvote a comment."""
    count_vote(request)
    comment = found.comment(ref[0], comment_id)
    CommentVote.objects.make(request.user, comment)
    return _voted(comment, True)


@writes(router, "/papers/{arxiv:ref}/comment/{comment_id}/vote/withdraw", Scope.VOTE, CommentVoted)
def withdraw_comment_upvote(request: HttpRequest, ref: ArxivRef, comment_id: CommentId) -> HttpResponse:
    """Withdraw the upvote of a comment."""
    count_vote(request)
    comment = found.comment(ref[0], comment_id)
    CommentVote.objects.unmake(request.user, comment)
    return _voted(comment, False)


@writes(router, "/papers/{arxiv:ref}/report", Scope.DISCUSS, Written)
def report_reproduction(request: HttpRequest, ref: ArxivRef, data: Report) -> HttpResponse:
    """Report what came out when you ran what a paper describes.

    A second report on the paper changes the first: what is missing stays as it is, and an empty text removes it.
    """
    count_form(request)
    paper, sent = found.paper(ref[0]), data.dict(exclude_unset=True)
    if "comment" in sent:
        sent["text"] = sent.pop("comment")
    own = Comment.objects.report_of(request.user, paper)
    form = ReportForm((asdict(own.content) if own else {}) | sent)
    found.cleaned(form, _NAMES)
    if own is None:
        return _written(posting.post(request.user, paper, form.content))
    posting.edit(request.user, own, form.content, own.edit_count)
    return _written(own)


def _content(request: HttpRequest, data: Text) -> Content:
    """Returns what the form on the paper's page would post, and counts the request as that page does."""
    count_form(request)
    form = CommentForm({"text": data.comment})
    found.cleaned(form, _NAMES)
    return form.content


def _written(comment: Comment, status: int = 200) -> HttpResponse:
    row = {
        "id": object_id(comment.pk),
        "url": absolute(comment.get_absolute_url()),
        "comment": comment.text,
        "createdAt": moment(comment.created_at),
        "numEdits": comment.edit_count,
    }
    return answer(row, status)


def _voted(comment: Comment, is_upvoted: bool) -> HttpResponse:
    comment.refresh_from_db(fields=["vote_count"])
    return answer({"id": object_id(comment.pk), "upvotes": comment.vote_count, "upvoted": is_upvoted})
