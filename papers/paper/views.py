"""Voting and bookmarking: four verbs, each safe to repeat."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from lib.limits import limited
from lib.redirects import redirect_back
from lib.verbs import verb
from papers.models import Bookmark, Paper, Vote

_limited = limited("marks", person=120, network=1200, period=timedelta(minutes=1))


def _act(request: HttpRequest, ref, deed, control: str) -> HttpResponse:
    """Do it, then answer with the paper's control as it is now, or lead back to the row the form stood in."""
    paper = get_object_or_404(Paper, arxiv_id=ref[0])
    deed(request.user, paper)
    if not request.htmx:
        return redirect_back(request)
    now = Paper.objects.seen_by(request.user).get(pk=paper.pk)
    return render(request, f"papers/paper/_controls.html#{control}", {"paper": now})


@verb
@_limited
def vote(request: HttpRequest, ref) -> HttpResponse:
    return _act(request, ref, Vote.objects.cast, "vote")


@verb
@_limited
def withdraw_vote(request: HttpRequest, ref) -> HttpResponse:
    return _act(request, ref, Vote.objects.withdraw, "vote")


@verb
@_limited
def bookmark(request: HttpRequest, ref) -> HttpResponse:
    return _act(request, ref, Bookmark.objects.make, "bookmark")


@verb
@_limited
def remove_bookmark(request: HttpRequest, ref) -> HttpResponse:
    return _act(request, ref, Bookmark.objects.unmake, "bookmark")
