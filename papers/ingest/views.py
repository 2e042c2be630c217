"""Pages to submit a paper by its arXiv id, and to follow the state of a submission.

The worker sends the requests to arXiv (papers/ingest/submitting.py).
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
from papers.models import Paper, RemovedPaper, Submission, SubmissionState

PERSON_LIMIT, NETWORK_LIMIT = 10, 50  # submissions a day
_count_submission = request_limit(
    "submit",
    person=PERSON_LIMIT,
    network=NETWORK_LIMIT,
    period=timedelta(days=1),
    message=f"You can submit {PERSON_LIMIT} papers a day, and everybody on your network together {NETWORK_LIMIT}. "
    "Attempts that failed count. Try again later.",
)


@login_required
def submit(request: HttpRequest) -> HttpResponse:
    """Show the form, or submit a paper by its id. A paper that is listed already is redirected to."""
    form = SubmitForm(request.POST or None, initial={"arxiv_id": request.GET.get("arxiv_id", "")})
    if request.method == "POST" and form.is_valid():
        arxiv_id = form.cleaned_data["arxiv_id"]
        return redirect(Paper.objects.filter(arxiv_id=arxiv_id).first() or _get_or_create(request, arxiv_id))
    context = {"form": form, "limit": PERSON_LIMIT, "section": "submit"}
    return render(request, "papers/ingest/submit.html", context, status=400 if form.errors else 200)


@transaction.atomic
def _get_or_create(request: HttpRequest, arxiv_id: str) -> Submission:
    """Return the user's waiting submission of this paper, or a new one with its job.

    Raises TooMany, and NotAllowed for a paper that moderators have removed.
    """
    RemovedPaper.objects.demand_none(arxiv_id)
    submission, is_new = Submission.objects.get_or_create(
        user=request.user, arxiv_id=arxiv_id, state=SubmissionState.WAITING
    )
    if is_new:
        _count_submission(request)
        defer(tasks.fetch_submission, {"pk": submission.pk})
    return submission


def submission(request: HttpRequest, key: str) -> HttpResponse:
    """Show the state of a submission to its user, or redirect to its paper once that is listed."""
    if request.user.is_anonymous:
        return sign_in_first(request, request.path)
    submission = get_object_or_404(request.user.submissions.select_related("paper"), key=key)
    if request.htmx:
        return _poll(request, submission)
    if submission.paper:
        return redirect(submission.paper)
    form = SubmitForm(initial={"arxiv_id": submission.arxiv_id})
    context = {"submission": submission, "form": form, "section": "submit"}
    return render(request, "papers/ingest/submission.html", context)


def _poll(request: HttpRequest, submission: Submission) -> HttpResponse:
    """Answer a polling page: 204, its changed progress, or a redirect or refresh once the submission has ended."""
    if submission.paper:
        return HttpResponseClientRedirect(submission.paper.get_absolute_url())
    if not submission.is_waiting:
        return HttpResponseClientRefresh()
    if request.GET.get("shown") == submission.progress:
        return HttpResponse(status=204)
    return render(request, "papers/ingest/submission.html#progress", {"submission": submission})
