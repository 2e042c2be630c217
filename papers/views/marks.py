"""Voting and bookmarking: four verbs, each safe to repeat."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from lib.http import here, verb
from papers.models import Bookmark, Paper, Vote


def _act(request: HttpRequest, ref, deed, control: str) -> HttpResponse:
    """Do it, then answer with the paper's control as it is now, or lead back to the row the form stood in."""
    paper = get_object_or_404(Paper, arxiv_id=ref[0])
    deed(request.user, paper)
    if not request.htmx:
        return redirect(here(request))
    now = Paper.objects.seen_by(request.user).get(pk=paper.pk)
    return render(request, f"papers/_controls.html#{control}", {"paper": now})


@verb
def vote(request: HttpRequest, ref) -> HttpResponse:
    return _act(request, ref, Vote.objects.cast, "vote")


@verb
def withdraw_vote(request: HttpRequest, ref) -> HttpResponse:
    return _act(request, ref, Vote.objects.withdraw, "vote")


@verb
def bookmark(request: HttpRequest, ref) -> HttpResponse:
    return _act(request, ref, Bookmark.objects.make, "bookmark")


@verb
def remove_bookmark(request: HttpRequest, ref) -> HttpResponse:
    return _act(request, ref, Bookmark.objects.unmake, "bookmark")
