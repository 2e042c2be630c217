"""Posting, answering, editing, retracting and upvoting comments.

A form that is refused, for whatever reason, comes back with all that was typed in it.
"""

import re
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget, trigger_client_event

from accounts.factors import acts_as_moderator
from lib.http import form_page
from lib.limits import counted_by
from lib.redirects import redirect_back
from lib.refusals import Conflict, NotAllowed, Refusal
from lib.verbs import form_verb, verb
from papers.discussion import posting, rows
from papers.discussion.forms import CommentForm, ReportForm
from papers.discussion.limits import count_form, count_vote
from papers.discussion.thread import Node
from papers.models import Comment, CommentVote, Paper
from papers.paper.removed import below_paper


@below_paper
@form_verb
def write(request: HttpRequest, ref: tuple[str, int | None]) -> HttpResponse:
    """The form of a comment on a paper. It posts the comment."""
    paper = get_object_or_404(Paper, arxiv_id=ref[0])
    form = CommentForm(request.POST or None, auto_id="id_new_%s")
    return _answer(request, form, lambda: posting.post(request.user, paper, form.content), paper)


@below_paper
@form_verb
def report(request: HttpRequest, ref: tuple[str, int | None]) -> HttpResponse:
    """The form of a report of reproduction. It posts the report, or edits the one that the person has written."""
    paper = get_object_or_404(Paper, arxiv_id=ref[0])
    own = Comment.objects.report_of(request.user, paper) if request.user.is_authenticated else None
    if own and own.hidden_at and request.method == "GET":
        raise NotAllowed(f"A moderator has hidden your report on this paper: {own.hidden_reason}")
    if own:
        return _edit(request, own)
    form = ReportForm(request.POST or None, auto_id="id_new_%s")
    return _answer(request, form, lambda: posting.post(request.user, paper, form.content), paper)


@form_verb
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of an answer to a comment. It posts the answer."""
    parent = get_object_or_404(_shown(request).select_related("paper", "author"), pk=pk)
    form = CommentForm(request.POST or None, auto_id=f"id_{pk}_%s")

    def save() -> Comment:
        return posting.post(request.user, parent.paper, form.content, parent)

    return _answer(
        request, form, lambda: posting.post(request.user, parent.paper, form.content, parent), parent.paper, parent
    )


@form_verb
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The form that edits the user's own comment, and the button that retracts it."""
    comment = get_object_or_404(_shown(request).select_related("paper"), pk=pk)
    if request.method == "GET" and comment.author_id != request.user.pk:
        raise NotAllowed("You can only edit your own comments.")
    return _edit(request, comment)


def _shown(request: HttpRequest):
    """Comments that stand, or all if a form is posted: it comes back with what was typed if one does not stand now."""
    return Comment.objects.standing() if request.method == "GET" else Comment.objects.all()


def _edit(request: HttpRequest, comment: Comment) -> HttpResponse:
    form = CommentForm.of(comment, request.POST or None)

    def save() -> Comment:
        try:
            posting.edit(request.user, comment, form.content, form.cleaned_data["edit_count"] or 0)
        except Conflict:
            form.renew(comment)
            raise
        return comment

    return _answer(request, form, save, comment.paper, comment=comment)


@verb
def retract(request: HttpRequest, pk: int) -> HttpResponse:
    """Retract the user's own comment."""
    comment = get_object_or_404(Comment.objects.select_related("paper"), pk=pk)
    comment.retract(request.user)
    messages.success(request, "Comment deleted.")
    return HttpResponseRedirect(f"{comment.paper.get_absolute_url()}#comments")


@verb
@counted_by(count_vote)
def vote(request: HttpRequest, pk: int, change: str) -> HttpResponse:
    """Upvote a comment or take that back, then answer with its button, or lead back to the comment."""
    comment = get_object_or_404(Comment, pk=pk)
    getattr(CommentVote.objects, change)(request.user, comment)
    if not request.htmx:
        return redirect_back(request)
    comment = Comment.objects.seen_by(request.user).get(pk=pk)
    return render(request, "papers/discussion/comment_row.html#vote", {"comment": comment})


def _answer(
    request: HttpRequest,
    form: CommentForm,
    save: Callable[[], Comment],
    paper: Paper,
    parent: Comment | None = None,
    comment: Comment | None = None,
) -> HttpResponse:
    """Save what a form says and show the comment, or show the form, with what was wrong and all that was typed."""
    if request.method == "GET" and not comment:
        paper.demand_open_discussion()
    if request.method == "POST" and "preview" not in request.POST and form.is_valid():
        try:
            count_form(request)
            if request.refusal:
                raise request.refusal
            return _show(request, save())
        except Refusal as refusal:
            form.refuse(refusal)
    context = {"form": form, "paper": paper, "parent": parent, "comment": comment, "in_place": _is_in_place(request)}
    context["label"] = "Save" if comment else "Post"
    context["cancel_url"] = (comment or parent or paper).get_absolute_url()
    template = "papers/discussion/_form.html" if request.htmx else "papers/discussion/write.html"
    response = form_page(request, template, context)
    if request.htmx and request.method == "POST":
        reswap(retarget(response, f"#{form.html_id}"), "outerHTML")
    return response


def _is_in_place(request: HttpRequest) -> bool:
    """Whether the form stands in a page of comments, among which the new one is to appear."""
    return bool(re.fullmatch(r"thread|(reply|replies)-\d+", request.htmx.target or "")) if request.htmx else False


def _show(request: HttpRequest, comment: Comment) -> HttpResponse:
    """Answer with the comment for its place in the page, or lead to its own page."""
    in_place = _is_in_place(request)
    if in_place:
        comment = Comment.objects.seen_by(request.user).get(pk=comment.pk)
        node = Node(comment)
        rows.draw([node], request.user, moderates=acts_as_moderator(request))
        response = render(request, "papers/discussion/_nodes.html", {"nodes": [node]})
    else:
        messages.success(request, "Comment posted.")
        redirect = HttpResponseClientRedirect if request.htmx else HttpResponseRedirect
        response = redirect(comment.get_absolute_url())
    if not request.htmx:
        return response
    return trigger_client_event(
        response, "comment-posted", {"id": comment.pk}, after="settle" if in_place else "receive"
    )
