"""Voting and bookmarking. Each of the four verbs may be repeated without effect."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from lib.limits import limited
from lib.redirects import redirect_back
from lib.verbs import verb
from papers.models import Bookmark, Paper, Vote

_limited = limited("marks", person=120, network=1200, period=timedelta(minutes=1))


def _mark(request: HttpRequest, ref, change, control: str) -> HttpResponse:
    """Change the user's mark of the paper. The answer is the new control for htmx, or else a redirect back."""
    paper = get_object_or_404(Paper, arxiv_id=ref[0])
    change(request.user, paper)
    if not request.htmx:
        return redirect_back(request)
    paper = Paper.objects.seen_by(request.user).get(pk=paper.pk)
    return render(request, f"papers/paper/_controls.html#{control}", {"paper": paper})


@verb
@_limited
def vote(request: HttpRequest, ref) -> HttpResponse:
    return _mark(request, ref, Vote.objects.cast, "vote")


@verb
@_limited
def withdraw_vote(request: HttpRequest, ref) -> HttpResponse:
    return _mark(request, ref, Vote.objects.withdraw, "vote")


@verb
@_limited
def bookmark(request: HttpRequest, ref) -> HttpResponse:
    return _mark(request, ref, Bookmark.objects.make, "bookmark")


@verb
@_limited
def remove_bookmark(request: HttpRequest, ref) -> HttpResponse:
    return _mark(request, ref, Bookmark.objects.unmake, "bookmark")
