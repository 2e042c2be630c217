"""One paper: itself, its comments, its versions, and what belongs to it or is like it."""

from typing import Literal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema

from api.access import OPTIONAL
from api.reading import schemas
from api.reading.listed import JSON, dumped, linked, list_answer
from api.reading.queries import ListParams, cursor_field, list_query
from api.reading.removed import of_paper
from api.reading.schemas import OBJECT_ID
from api.refs import ArxivRef
from api.rows import comments as rows_of_comments
from api.rows import papers as rows_of_papers
from api.rows import texts
from api.rows import versions as rows_of_versions
from lib.pages import PUBLIC_SECONDS, versioned
from papers.detail import versions as detail_versions
from papers.detail.lists import similar as similar_list
from papers.discussion.thread import ORDERS
from papers.discussion.views.reading import FRESH
from papers.models import Paper
from papers.models.bits import bits
from papers.paper import credit

router = Router(tags=["papers"], by_alias=True)


class DetailParams(Schema):
    field: Literal["comments"] | None = Field(None, description="What to add: the first comments, the best first.")


class CommentParams(Schema):
    sort: Literal[*ORDERS] = Field("best", description="The order of the comments.")
    parent: str | None = Field(
        None, max_length=24, pattern=OBJECT_ID, description="The id of a comment, to read the replies to it."
    )
    cursor: str | None = cursor_field()


@router.get("/papers/{arxiv:ref}", response=schemas.PaperDetail, openapi_extra=OPTIONAL)
@of_paper
def paper(request: HttpRequest, ref: ArxivRef, params: Query[DetailParams]) -> HttpResponse:
    """One paper with its models, datasets and demos, and with `field=comments` also with its first comments."""
    found = get_object_or_404(Paper.objects.select_related("organisation"), arxiv_id=ref[0])
    thread = rows_of_comments.read(request.user, found) if params.field else None
    repositories = rows_of_papers.repositories([found.pk])[found.pk]

    def write() -> bytes:
        data = {**rows_of_papers.papers([found.pk], request.user)[0], **rows_of_papers.linked(repositories)}
        return dumped(data | {"comments": rows_of_comments.comments(thread)} if thread else data)

    version = _version(request, found), repositories, thread and rows_of_comments.version(thread)
    return versioned(request, write, JSON, version=version, seconds=FRESH if thread else PUBLIC_SECONDS)


@router.get("/papers/{arxiv:ref}/comments", response=list[schemas.Comment], openapi_extra=OPTIONAL)
@of_paper
def comments(request: HttpRequest, ref: ArxivRef, params: Query[CommentParams]) -> HttpResponse:
    """The comments on a paper, or the replies to `parent`, with the first replies to each."""
    found = get_object_or_404(Paper, arxiv_id=ref[0])
    root = get_object_or_404(found.comments, pk=int(params.parent, 16)) if params.parent else None
    thread = rows_of_comments.read(request.user, found, root, order=params.sort, cursor=params.cursor or "")
    version = found.pk, rows_of_comments.version(thread)
    response = versioned(
        request, lambda: dumped(rows_of_comments.comments(thread)), JSON, version=version, seconds=FRESH
    )
    return linked(request, response, thread.cursor)


@router.get("/papers/{arxiv:ref}/similar", response=list[schemas.DailyPaperRow], openapi_extra=OPTIONAL)
@of_paper
def similar(request: HttpRequest, ref: ArxivRef, params: Query[ListParams]) -> HttpResponse:
    """The papers that are most like this one in meaning, the nearest first."""
    return list_answer(request, similar_list(ref), list_query(request, params), params.limit)


@router.get("/papers/{arxiv:ref}/versions", response=schemas.Versions, openapi_extra=OPTIONAL)
@of_paper
def versions(request: HttpRequest, ref: ArxivRef) -> HttpResponse:
    """The texts of the versions that this site has had, and what the authors have corrected here."""
    found = get_object_or_404(Paper, arxiv_id=ref[0])
    corrections = detail_versions.corrections(found)

    def write() -> bytes:
        return dumped(rows_of_versions.versions(found, detail_versions.changes(found), corrections))

    people = [(row.pk, rows_of_versions.corrector(row)) for row in corrections]
    return versioned(request, write, JSON, version=(found.pk, found.revision, people))


@router.get("/arxiv/{arxiv:ref}/repos", response=schemas.Repositories, openapi_extra=OPTIONAL)
@of_paper
def repos(request: HttpRequest, ref: ArxivRef) -> HttpResponse:
    """The models, datasets and demos of a paper. arXiv's own pages request this."""
    found = get_object_or_404(Paper.objects.only("pk"), arxiv_id=ref[0])
    repositories = rows_of_papers.repositories([found.pk])[found.pk]
    return versioned(request, lambda: dumped(repositories), JSON, version=repositories)


def _version(request: HttpRequest, found: Paper) -> tuple:
    """A value for ETags that changes whenever the paper does, as this viewer sees it."""
    marks = ()
    if request.user.is_authenticated:
        marks = [[getattr(row, bit) for bit in bits()] for row in Paper.objects.filter(pk=found.pk).rows(request.user)]
    return texts.version(), found.cache_key, credit.people([found.pk]), marks
