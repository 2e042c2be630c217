"""Submitting a paper: the look-up at arXiv, which the worker does, and then bringing it to the site."""

from datetime import timedelta
from http import HTTPStatus
from typing import Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Router, Schema

from api.bodies import Body
from api.models import Scope
from api.refs import ADDRESS, ObjectId, PaperId, primary_key
from api.rows.values import absolute
from api.writing import found
from api.writing.operation import Change, json_answer, writes
from lib.markup import MAX_LENGTH
from lib.refusals import BadInput, Conflict, NotAllowed
from orgs.models import Organisation
from orgs.roles import SUGGEST
from papers.ingest import starting, submitting
from papers.ingest.forms import ListForm
from papers.ingest.submitting import Additions
from papers.models import Content, Paper, Submission

FAILED_FOR = timedelta(minutes=10)  # in which a look-up that failed is not tried again
TRY_AGAIN = 5  # seconds after which the worker may have looked the paper up
# Members of bodies, by the fields of the form.
_NAMES = {"code_url": "githubRepo", "project_url": "projectPage", "organisation": "organizationId"}
router = Router(tags=["submissions"])


class Wanted(Body):
    arxivId: PaperId


class NewSubmission(Body):
    paper_id: PaperId
    comment: str = Field("", description="The first comment, as Markdown.", json_schema_extra={"maxLength": MAX_LENGTH})
    media_urls: list[str] = Field(
        [], description="For compatibility with the Hub: must be empty or missing.", json_schema_extra={"maxItems": 0}
    )
    githubRepo: str = Field("", description="Not at the Hub: the address of the code.", json_schema_extra=ADDRESS)
    projectPage: str = Field("", description="The address of its page. Not at the Hub.", json_schema_extra=ADDRESS)
    organizationId: ObjectId | None = Field(None, description="Not at the Hub: one that you belong to.")


class Submitted(Schema):
    id: str
    state: Literal["waiting", "fetched", "listed"] = Field(
        description="`waiting` for arXiv; `fetched`, so that it can be submitted; or on this site."
    )
    url: str = Field(description="The web page of the submission or of the paper, for people.")


@writes(router, "/papers/index", Scope.SUBMIT, Submitted, 200, 202)
def look_up_paper(request: HttpRequest, data: Wanted) -> Change:
    """Look a paper up at arXiv. Send this again until the state is not `waiting`.

    An Idempotency-Key may stay the same: an answer with the status 202 is not stored.
    """
    arxiv_id = found.arxiv_id(data.arxivId)
    _count_look_up(request, arxiv_id)
    return lambda: _state(*_look_up(request.user, arxiv_id))


@writes(router, "/papers/submit", Scope.SUBMIT, Submitted, 200, 201, 202)
def submit_paper(request: HttpRequest, data: NewSubmission) -> Change:
    """Bring a paper to this site. It is looked up first: send this again until the state is `listed`.

    An Idempotency-Key may stay the same: an answer with the status 202 is not stored.
    """
    if data.media_urls:
        raise BadInput("Pictures and videos can't be submitted here.")
    additions, arxiv_id = _additions(request.user, data), found.arxiv_id(data.paper_id)
    _count_look_up(request, arxiv_id)
    return lambda: _submit(request.user, arxiv_id, additions)


def _submit(user, arxiv_id: str, additions: Additions) -> HttpResponse:
    paper, submission = _look_up(user, arxiv_id)
    if paper or submission.is_waiting:
        return _state(paper, submission)
    paper = submitting.list_paper(user, submission, additions)
    return _state(paper, None, HTTPStatus.CREATED if paper.submitted_by_id == user.pk else HTTPStatus.OK)


def _count_look_up(request: HttpRequest, arxiv_id: str) -> None:
    """Count the look-up, if one has to begin. Raises Conflict if the last one has just failed."""
    if Paper.objects.filter(arxiv_id=arxiv_id).exists():
        return
    last = request.user.submissions.filter(arxiv_id=arxiv_id).order_by("-pk").first()
    if last and last.problem and not last.is_waiting and last.submitted_at > timezone.now() - FAILED_FOR:
        raise Conflict(last.problem)
    starting.count_new(request, arxiv_id)


def _look_up(user, arxiv_id: str) -> tuple[Paper | None, Submission | None]:
    """Returns the paper, or else the person's submission of it, which begins if there is none."""
    if paper := Paper.objects.filter(arxiv_id=arxiv_id).first():
        return paper, None
    return None, starting.begin(user, arxiv_id)


def _additions(user, data: NewSubmission) -> Additions:
    """Returns what the page that lists a paper takes besides, from its form. Raises BadInput and NotAllowed."""
    values = {"code_url": data.githubRepo, "project_url": data.projectPage, "comment": data.comment}
    if data.organizationId:
        values["organisation"] = _organisation(user, data.organizationId).slug
    form = ListForm(values, user=user)
    found.cleaned(form, _NAMES)
    if data.comment.strip():
        Content(data.comment).check(user)
    return form.additions


def _organisation(user, id: str) -> Organisation:
    """Raises NotAllowed for an organisation to which the user may not even suggest papers."""
    organisation = Organisation.objects.allowing(user, SUGGEST).filter(pk=primary_key(id)[0]).first()
    if organisation is None:
        raise NotAllowed("You can only name an organisation that you belong to.")
    return organisation


def _state(paper: Paper | None, submission: Submission | None, status: int = HTTPStatus.OK) -> HttpResponse:
    row, state = (paper, "listed") if paper else (submission, submission.state)
    status = HTTPStatus.ACCEPTED if state == "waiting" else status
    response = json_answer({"id": row.arxiv_id, "state": state, "url": absolute(row.get_absolute_url())}, status)
    if status == HTTPStatus.ACCEPTED:
        response.headers["Retry-After"] = str(TRY_AGAIN)
    return response
