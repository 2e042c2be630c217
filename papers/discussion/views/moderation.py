"""The page of moderators with all comments as they were written."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.factors import for_moderators
from lib import keyset
from papers.models import Comment

COMMENTS = 50


@login_required
@for_moderators
def log(request: HttpRequest) -> HttpResponse:
    """All comments, the newest first, with those that are retracted or hidden."""
    comments = Comment.objects.seen_by(request.user)
    found = keyset.page(comments, ("id",), request.GET.get("older", ""), COMMENTS)
    return render(request, "papers/discussion/log.html", {"page": found})
