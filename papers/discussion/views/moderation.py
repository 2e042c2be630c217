"""Pages of moderators: all comments as they were written, and hiding one."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.factors import for_moderators
from lib import keyset
from lib.verbs import verb
from papers.discussion.forms import HideForm
from papers.models import Comment

COMMENTS = 50


@login_required
@for_moderators
def log(request: HttpRequest) -> HttpResponse:
    """All comments, the newest first, with those that are retracted or hidden."""
    comments = Comment.objects.seen_by(request.user)
    found = keyset.page(comments, ("id",), request.GET.get("older", ""), COMMENTS)
    return render(request, "papers/discussion/log.html", {"page": found})


@login_required
@for_moderators
def moderate(request: HttpRequest, pk: int) -> HttpResponse:
    """A comment as it was written, and the form that hides it with a reason, or shows it again."""
    return _page(request, _comment(request, pk), HideForm())


@verb
@for_moderators
def hide(request: HttpRequest, pk: int) -> HttpResponse:
    """Hide a comment for the reason that the form says."""
    comment, form = _comment(request, pk), HideForm(request.POST)
    if not form.is_valid():
        return _page(request, comment, form)
    comment.hide(request.user, form.cleaned_data["reason"])
    return redirect(comment)


@verb
@for_moderators
def unhide(request: HttpRequest, pk: int) -> HttpResponse:
    comment = _comment(request, pk)
    comment.unhide(request.user)
    return redirect(comment)


def _comment(request: HttpRequest, pk: int) -> Comment:
    return get_object_or_404(Comment.objects.seen_by(request.user).select_related("hidden_by"), pk=pk)


def _page(request: HttpRequest, comment: Comment, form: HideForm) -> HttpResponse:
    context = {"comment": comment, "form": form, "revisions": comment.revisions.order_by("-id")[:COMMENTS]}
    return render(request, "papers/discussion/moderate.html", context, status=400 if form.errors else 200)
