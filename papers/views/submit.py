"""Submitting a paper: its facts come from arXiv, its place on today's list from the reader."""

import dataclasses
import logging
from functools import cache

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from papers.forms import SubmitForm
from papers.ingest import arxiv
from papers.ingest.client import Client, FetchError
from papers.ingest.record import RecordError
from papers.ingest.save import save
from papers.models import Paper
from papers.period import today

logger = logging.getLogger(__name__)

PAPERS_A_DAY = 10
PATIENCE = 10  # seconds that a reader may have to wait for arXiv


@login_required
def submit(request: HttpRequest) -> HttpResponse:
    """Fetch a paper by its id and list it now; one that is here already is just shown."""
    form = SubmitForm(request.POST or None, initial={"arxiv_id": request.GET.get("arxiv_id", "")})
    if request.method == "POST" and form.is_valid():
        arxiv_id = form.cleaned_data["arxiv_id"]
        try:
            return redirect(Paper.objects.filter(arxiv_id=arxiv_id).first() or _bring_in(arxiv_id, request.user))
        except RecordError as error:
            form.add_error(None, f"{error}. Nothing was submitted; what you typed is kept here.")
        except FetchError as error:
            logger.warning("A reader's submission failed: %s", error)
            form.add_error(
                None, "arXiv can't be reached right now. Nothing was submitted; what you typed is kept here."
            )
    context = {"form": form, "section": "submit"}
    return render(request, "papers/submit.html", context, status=400 if form.errors else 200)


@cache
def _client() -> Client:
    """One for all requests of this process, so that arXiv is asked no faster than it likes."""
    return Client(patience=PATIENCE)


def _bring_in(arxiv_id: str, user) -> Paper:
    if user.submitted_papers.filter(listed_on=today()).count() >= PAPERS_A_DAY:
        raise RecordError(f"You have submitted {PAPERS_A_DAY} papers today; tomorrow is another day")
    record = arxiv.find(arxiv_id, _client())
    if here := Paper.objects.filter(arxiv_id=record.arxiv_id).first():
        return here
    with transaction.atomic():
        save([dataclasses.replace(record, listed_at=timezone.now())])
        paper = Paper.objects.get(arxiv_id=record.arxiv_id)
        paper.submitted_by = user
        paper.save(update_fields=["submitted_by"])
    return paper
