"""Pages to submit a paper by its arXiv id, to follow the state of a submission, and to list what was fetched.

The worker sends the requests to arXiv (papers/ingest/submitting.py).
"""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from lib.http import form_page
from lib.refusals import Busy, Refusal
from lib.statements import is_out_of_time
from lib.templatetags.house import long_date
from lib.text import byline
from lib.verbs import form_verb, verb
from papers.ingest import rules, starting, submitting
from papers.ingest.forms import ListForm, SubmitForm
from papers.ingest.record import PaperRecord
from papers.models import Paper, Submission
from papers.models.submission import KEPT
from papers.period import Period

AUTHORS_SHOWN, OPEN_SHOWN = 20, 20


@login_required
def submit(request: HttpRequest) -> HttpResponse:
    """Show the form and the rules, or submit a paper by its id. A paper that is on the site is redirected to."""
    form = SubmitForm(request.POST or None, initial={"arxiv_id": request.GET.get("arxiv_id", "")})
    if request.method == "POST" and form.is_valid():
        try:
            return _start(request, form.cleaned_data["arxiv_id"])
        except Refusal as refusal:
            form.refuse(refusal)
    return form_page(request, "papers/ingest/submit.html", {"form": form, "section": "submit", **_state(request.user)})


def _state(user) -> dict:
    """What the page to submit says of the rules, of how many papers are left, and of what is not listed yet."""
    return {
        "rules": rules.sentences(),
        "allowance": rules.allowance(user),
        "lacks_address": rules.lacks_address(user),
        "open": user.submissions.open().order_by("-submitted_at")[:OPEN_SHOWN],
        "kept": KEPT,
    }


def _start(request: HttpRequest, arxiv_id: str) -> HttpResponse:
    """Lead to the paper if it is on the site, or else to the user's submission of it. Raises NotAllowed and TooMany."""
    if paper := Paper.objects.filter(arxiv_id=arxiv_id).first():
        return _lead_to(request, paper)
    return redirect(starting.start(request, arxiv_id))


@form_verb
def submission(request: HttpRequest, key: str) -> HttpResponse:
    """Show the state of a submission to its user, or the paper that was fetched, with the form that lists it.

    Once the paper is on the site, it is redirected to. Somebody who has signed out meanwhile sees what they typed.
    """
    if not request.user.is_authenticated:
        return _look(request, None)
    submission = get_object_or_404(request.user.submissions.select_related("paper"), key=key)
    paper = submission.paper
    if submission.is_fetched:  # an import may have brought the paper meanwhile
        paper = Paper.objects.filter(arxiv_id=submission.arxiv_id).first()
    if paper:
        return _lead_to(request, paper)
    if request.htmx:
        return _poll(request, submission)
    if submission.is_fetched:
        return _look(request, submission)
    form = SubmitForm(initial={"arxiv_id": submission.arxiv_id})
    context = {"submission": submission, "form": form, "section": "submit"}
    return render(request, "papers/ingest/submission.html", context)


@verb
def discard(request: HttpRequest, key: str) -> HttpResponse:
    """Delete a submission of the user that is not listed yet. A second time is no error."""
    request.user.submissions.filter(key=key).discard()
    return redirect("papers:submit")


def _poll(request: HttpRequest, submission: Submission) -> HttpResponse:
    """Answer a polling page: 204, its changed progress, or a refresh once the submission no longer waits."""
    if not submission.is_waiting:
        return HttpResponseClientRefresh()
    if request.GET.get("shown") == submission.progress:
        return HttpResponse(status=204)
    return render(request, "papers/ingest/submission.html#progress", {"submission": submission})


def _look(request: HttpRequest, submission: Submission | None) -> HttpResponse:
    """Show what was fetched and the form that lists it, or list the paper."""
    form = ListForm(request.POST or None, user=request.user)
    if request.method == "POST" and "preview" not in request.POST and form.is_valid():
        try:
            if request.refusal:
                raise request.refusal
            return _thank(request, _list(request, submission, form))
        except Refusal as refusal:
            form.refuse(refusal)
    context = {"form": form, "submission": submission, "section": "submit"}
    if submission:
        record = PaperRecord.from_json(submission.record)
        day, authors = rules.listing_day(record.published_at, timezone.now()), record.authors or ()
        context |= {
            "record": record,
            "authors": byline(authors[:AUTHORS_SHOWN], len(authors)),
            "day": day and Period.day(day),
            "allowance": rules.allowance(request.user),
        }
    return form_page(request, "papers/ingest/look.html", context)


def _list(request: HttpRequest, submission: Submission, form: ListForm) -> Paper:
    """List the paper. Raises Busy, and other refusals, so that the form comes back with what was typed."""
    try:
        return submitting.list_paper(request.user, submission, form.additions)
    except OperationalError as error:
        if is_out_of_time(error):
            raise Busy("The site is importing papers at the moment. Nothing is lost: send this again.") from error
        raise


def _thank(request: HttpRequest, paper: Paper) -> HttpResponse:
    """Lead to a paper that was listed just now, and say where it is to be found, unless another reader was quicker."""
    if paper.submitted_by_id == request.user.pk:
        day = long_date(paper.due_on or paper.listed_on)
        if paper.is_listed:
            place = f"is on the list of {day}"
        else:
            place = f"will be on the list of {day}" if paper.due_on else "is on the site and in its search"
        messages.success(request, f"Thank you. The paper {place}.")
    return _lead_to(request, paper)


def _lead_to(request: HttpRequest, paper: Paper) -> HttpResponse:
    """Lead to a paper that is on the site, and say whose submission it is."""
    if paper.submitted_by_id != request.user.pk:
        by = "Another reader has submitted this paper first" if paper.submitted_by_id else "This paper is here already"
        messages.info(request, f"{by}. You can vote for it and discuss it.")
    redirect = HttpResponseClientRedirect if request.htmx else HttpResponseRedirect
    return redirect(paper.get_absolute_url())
