"""Comments on papers, replies, and reports of reproduction."""

from dataclasses import asdict, replace
from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from api.bodies import Body
from api.models import Scope
from api.refs import VISIBLE, ArxivRef, CommentId, Number, ObjectId
from api.rows import comments as rows
from api.rows.schemas import Comment
from api.rows.values import object_id
from api.writing import found
from api.writing.operation import Change, json_answer, writes
from lib.markup import MAX_LENGTH
from papers import models
from papers.discussion import posting
from papers.discussion.forms import CommentForm, ReportForm
from papers.discussion.limits import count_edit, count_form, count_vote
from papers.models import CommentVote, Content, Outcome, Paper

router = Router(tags=["discussion"])
# What the forms of pages demand, whose words say what is wrong.
_TEXT = {"maxLength": MAX_LENGTH, "pattern": VISIBLE}
_LINE = {"maxLength": 300, "pattern": VISIBLE}
_NAMES = {"text": "comment"}  # of members of bodies, by fields of forms


class Text(Body):
    comment: str = Field(description="Markdown and formulas; people as @name.", json_schema_extra=_TEXT)


class Edited(Text):
    numEdits: Number | None = Field(
        None,
        description="The edit count of the version that you are editing. If the comment was edited since, the answer "
        "is 409, unless the text is the same.",
    )


class Report(Body):
    """What came out when you ran what the paper describes."""

    outcome: Literal[*Outcome.values]
    ran: str = Field(description="What you ran: the repository, and the commit or release.", json_schema_extra=_LINE)
    hardware: str = Field("", json_schema_extra={"maxLength": 200})
    duration: str = Field("", description="How long it took.", json_schema_extra={"maxLength": 100})
    comment: str = Field("", description="The result, as Markdown.", json_schema_extra={"maxLength": MAX_LENGTH})


class Retracted(Schema):
    id: ObjectId
    hidden: Literal[True]


class CommentVoted(Schema):
    id: ObjectId
    upvotes: int = Field(ge=0)
    upvoted: bool


@writes(router, "/papers/{arxiv:ref}/comment", Scope.DISCUSS, Comment, 201)
def comment_on_paper(request: HttpRequest, ref: ArxivRef, data: Text) -> Change:
    """Comment on a paper. The same text once more within a day returns the first comment."""
    return _post(request.user, found.paper(ref[0]), _content(request, data), None, 201)


@writes(router, "/papers/{arxiv:ref}/comment/{comment_id}/reply", Scope.DISCUSS, Comment, 201)
def reply_to_comment(request: HttpRequest, ref: ArxivRef, comment_id: CommentId, data: Text) -> Change:
    """Reply to a comment."""
    parent = found.comment(ref[0], comment_id)
    return _post(request.user, parent.paper, _content(request, data), parent, 201)


@writes(router, "/papers/{arxiv:ref}/comment/{comment_id}/edit", Scope.DISCUSS, Comment)
def edit_comment(request: HttpRequest, ref: ArxivRef, comment_id: CommentId, data: Edited) -> Change:
    """Replace the text of your own comment, or of your own report. Its history keeps the former one."""
    comment, new = found.comment(ref[0], comment_id), _content(request, data)
    edit_count = comment.edit_count if data.numEdits is None else data.numEdits
    return _edit(request.user, comment, replace(comment.content, text=new.text), edit_count)


@writes(router, "/papers/{arxiv:ref}/comment/{comment_id}/retract", Scope.DISCUSS, Retracted)
def retract_comment(request: HttpRequest, ref: ArxivRef, comment_id: CommentId) -> Change:
    """Delete your own comment. Replies to it stay."""
    comment = found.comment(ref[0], comment_id)

    def retract() -> HttpResponse:
        comment.retract(request.user)
        return json_answer({"id": comment_id, "hidden": True})

    return retract


@writes(router, "/papers/{arxiv:ref}/comment/{comment_id}/vote", Scope.VOTE, CommentVoted)
def upvote_comment(request: HttpRequest, ref: ArxivRef, comment_id: CommentId) -> Change:
    """Upvote a comment."""
    return _vote(request, ref, comment_id, True)


@writes(router, "/papers/{arxiv:ref}/comment/{comment_id}/vote/withdraw", Scope.VOTE, CommentVoted)
def withdraw_comment_upvote(request: HttpRequest, ref: ArxivRef, comment_id: CommentId) -> Change:
    """Withdraw the upvote of a comment."""
    return _vote(request, ref, comment_id, False)


@writes(router, "/papers/{arxiv:ref}/report", Scope.DISCUSS, Comment)
def report_reproduction(request: HttpRequest, ref: ArxivRef, data: Report) -> Change:
    """Report what came out when you ran what a paper describes.

    A second report on the paper changes the first: what is missing stays as it is, and an empty text removes it.
    """
    count_form(request)
    paper, sent = found.paper(ref[0]), data.dict(exclude_unset=True)
    if "comment" in sent:
        sent["text"] = sent.pop("comment")
    own = models.Comment.objects.report_of(request.user, paper)
    form = ReportForm((asdict(own.content) if own else {}) | sent)
    found.cleaned(form, _NAMES)
    if own:
        return _edit(request.user, own, form.content, own.edit_count)
    return _post(request.user, paper, form.content)


def _content(request: HttpRequest, data: Text) -> Content:
    """Returns what the form on the paper's page would post, and counts the request as that page does."""
    count_form(request)
    form = CommentForm({"text": data.comment})
    found.cleaned(form, _NAMES)
    return form.content


def _post(user, paper: Paper, content: Content, parent: models.Comment | None = None, status: int = 200) -> Change:
    posting.count(user, content)
    return lambda: _written(user, models.Comment.objects.post(user, paper, content, parent), status)


def _edit(user, comment: models.Comment, content: Content, edit_count: int) -> Change:
    count_edit(user)

    def edit() -> HttpResponse:
        comment.edit(user, content, edit_count)
        return _written(user, comment)

    return edit


def _written(user, comment: models.Comment, status: int = 200) -> HttpResponse:
    return json_answer(rows.one(user, comment), status)


def _vote(request: HttpRequest, ref, comment_id: str, is_made: bool) -> Change:
    count_vote(request)
    comment = found.comment(ref[0], comment_id)

    def vote() -> HttpResponse:
        if is_made:
            CommentVote.objects.make(request.user, comment)
        else:
            CommentVote.objects.unmake(request.user, comment)
        return _voted(comment, is_made)

    return vote


def _voted(comment: models.Comment, is_upvoted: bool) -> HttpResponse:
    comment.refresh_from_db(fields=["vote_count"])
    return json_answer({"id": object_id(comment.pk), "upvotes": comment.vote_count, "upvoted": is_upvoted})
