"""What authors and submitters say of a paper: its links, its organisation, and which of its authors the user is."""

from typing import Literal

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Field, Router, Schema

from api.bodies import Body
from api.models import Scope
from api.refs import ADDRESS, ArxivRef, ObjectId, PaperId, primary_key
from api.rows.values import absolute, object_id
from api.writing import found
from api.writing.operation import Change, json_answer, writes
from lib.conflicts import digests
from lib.refusals import Conflict, Gone, NotAllowed
from orgs.models import Organisation
from orgs.roles import TAG
from papers.claims import checking
from papers.claims.limits import count_claim, count_correction
from papers.models import Affiliation, Correction, LinkSource, Paper
from papers.models.authorclaimqueryset import ClaimState
from papers.models.correction import FIELDS

router = Router(tags=["authors"])


class Links(Body):
    """What is missing stays as it is; null removes it."""

    projectPage: str | None = Field(None, json_schema_extra=ADDRESS)
    githubRepo: str | None = Field(
        None, description="The address of the code, wherever it is.", json_schema_extra=ADDRESS
    )
    organizationId: ObjectId | None = Field(
        None, description="The organisation of the paper. Null removes it, which only its authors may do."
    )


class Linked(Schema):
    id: str
    projectPage: str
    githubRepo: str


class Claim(Body):
    paperId: PaperId
    claimAuthorId: ObjectId | None = Field(
        None,
        description="The `_id` of the author that you claim to be. Not needed if only one has your name.",
        examples=["000000895447000000000000"],
    )
    targetUserId: ObjectId | None = Field(
        None, description="For compatibility with the Hub: your own user id, or missing."
    )


class Claimed(Schema):
    paperId: str
    name: str
    state: Literal[*ClaimState.values] = Field(description="`open` if it needs a proof, which its page takes.")
    url: str


@writes(router, "/papers/{arxiv:ref}/links", Scope.SUBMIT, Linked)
def set_links(request: HttpRequest, ref: ArxivRef, data: Links) -> Change:
    """Set the links and the organisation of a paper, as one of its authors or as who submitted it."""
    count_correction(request)
    paper = found.paper(ref[0])
    return lambda: _set_links(request.user, paper, data.dict(exclude_unset=True))


@writes(router, "/settings/papers/claim", Scope.SUBMIT, Claimed)
def claim_authorship(request: HttpRequest, data: Claim) -> Change:
    """Claim to be an author of a paper. Proofs that can be tried at once are tried."""
    if data.targetUserId not in (None, object_id(request.user.pk)):
        raise NotAllowed("You can only claim papers for yourself.")
    paper = found.paper(found.arxiv_id(data.paperId))
    position = _position(request.user, paper, data.claimAuthorId)
    count_claim(request)

    def claim() -> HttpResponse:
        row, _ = checking.make(request.user, paper, position)
        url = absolute(reverse("papers:claim", args=[paper.arxiv_id]))
        return json_answer({"paperId": paper.arxiv_id, "name": row.name, "state": row.state, "url": url})

    return claim


def _set_links(user, paper: Paper, sent: dict[str, str | None]) -> HttpResponse:
    """Change what was sent of the paper, beginning from what is stored of it now, since it is locked first."""
    user.lock()
    paper.lock()
    is_author = paper.author_claims.granted_to(user).exists()
    columns = {"code_url": "githubRepo", "project_url": "projectPage"}
    urls = {column: sent[name] or "" for column, name in columns.items() if name in sent}
    (_correct if is_author else _relink)(user, paper, urls)
    if "organizationId" in sent:
        _affiliate(user, paper, sent["organizationId"], is_author)
    paper.refresh_from_db(fields=["code_url", "project_url"])
    return json_answer({"id": paper.arxiv_id, "projectPage": paper.project_url, "githubRepo": paper.code_url})


def _correct(user, paper: Paper, urls: dict[str, str]) -> None:
    """Correct the links of the paper, which is locked, as an author."""
    stored = {name: getattr(paper, name) for name in FIELDS}
    Correction.objects.make(user, paper, stored | urls, digests(stored))


def _relink(user, paper: Paper, urls: dict[str, str]) -> None:
    if paper.submitted_by_id != user.pk:
        raise NotAllowed("Only its authors and submitter can change this paper. If you are an author, claim it first.")
    Paper.objects.relink(user, paper, **urls, source=LinkSource.SUBMITTER)


def _affiliate(user, paper: Paper, id: str | None, is_author: bool) -> None:
    """Say that the paper is this organisation's, or that it is not that of the organisation that it shows."""
    if id is None and not is_author:
        raise NotAllowed("Only authors can say that a paper is not an organisation's.")
    organisation = Organisation.objects.filter(pk=primary_key(id)[0] if id else paper.organisation_id).first()
    if id is None and organisation:
        Correction.objects.disaffiliate(user, paper, organisation)
    elif id is None:
        return
    elif organisation is None:
        raise Gone("There is no organisation with this id.")
    elif is_author:
        Correction.objects.affiliate(user, paper, organisation)
    elif organisation.allows(user, TAG):
        Affiliation.objects.accept(user, organisation, paper)
    else:
        Affiliation.objects.suggest(user, organisation, paper)


def _position(user, paper: Paper, id: str | None) -> int:
    """Returns the position of the author with this id, or of the only one who has the user's name.

    Raises Conflict if not exactly one has it, and Gone for the id of no author.
    """
    if id is None:
        position = checking.proposed(user, paper.author_names())
        if position is None:
            raise Conflict("Say which of the authors you are: send `claimAuthorId`.")
        return position
    of, position = primary_key(id, 2)
    if of != paper.pk or position >= paper.author_count:
        raise Gone("This paper has no author with this id.")
    return position
