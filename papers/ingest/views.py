"""Submitting a paper by its arXiv id: the form, and the page that shows how the submission stands.

Nothing here talks to arXiv; the worker does (papers/ingest/submitting.py).
"""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from lib.jobs import defer
from lib.limits import request_limit
from lib.redirects import sign_in_first
from papers.ingest import tasks
from papers.ingest.forms import SubmitForm
from papers.models import Paper, Submission, SubmissionState

OF_PERSON, OF_NETWORK = 10, 50  # submissions a day
_count_submission = request_limit(
    "submit",
    person=OF_PERSON,
    network=OF_NETWORK,
    period=timedelta(days=1),
    message=f"You can submit {OF_PERSON} papers a day, and everybody on your network together {OF_NETWORK}. "
    "Attempts that failed count. Please try again later.",
)


@login_required
def submit(request: HttpRequest) -> HttpResponse:
    """Have a paper fetched by its id and listed; one that is here already is just shown."""
    form = SubmitForm(request.POST or None, initial={"arxiv_id": request.GET.get("arxiv_id", "")})
    if request.method == "POST" and form.is_valid():
        arxiv_id = form.cleaned_data["arxiv_id"]
        return redirect(Paper.objects.filter(arxiv_id=arxiv_id).first() or _begin(request, arxiv_id))
    context = {"form": form, "limit": OF_PERSON, "section": "submit"}
    return render(request, "papers/ingest/submit.html", context, status=400 if form.errors else 200)


@transaction.atomic
def _begin(request: HttpRequest, arxiv_id: str) -> Submission:
    """The person's submission that waits for this paper, or else a new one with its job. Raises TooMany."""
    submission, is_new = Submission.objects.get_or_create(
        user=request.user, arxiv_id=arxiv_id, state=SubmissionState.WAITING
    )
    if is_new:
        _count_submission(request)
        defer(tasks.fetch_submission, {"pk": submission.pk})
    return submission


def submission(request: HttpRequest, key: str) -> HttpResponse:
    """How a submission stands, for its person alone; the paper itself once it is listed."""
    if request.user.is_anonymous:
        return sign_in_first(request, request.path)
    submission = get_object_or_404(request.user.submissions.select_related("paper"), key=key)
    if request.htmx:
        return _news(request, submission)
    if submission.paper:
        return redirect(submission.paper)
    form = SubmitForm(initial={"arxiv_id": submission.arxiv_id})
    context = {"submission": submission, "form": form, "section": "submit"}
    return render(request, "papers/ingest/submission.html", context)


def _news(request: HttpRequest, submission: Submission) -> HttpResponse:
    """What the polling page needs: nothing, other words, or another page once the submission has ended."""
    if submission.paper:
        return HttpResponseClientRedirect(submission.paper.get_absolute_url())
    if not submission.is_waiting:
        return HttpResponseClientRefresh()
    if request.GET.get("shown") == submission.progress:
        return HttpResponse(status=204)
    return render(request, "papers/ingest/submission.html#progress", {"submission": submission})
