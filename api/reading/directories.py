"""Topics, collections, and the moderation log."""

from datetime import datetime
from typing import Annotated, Literal

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from ninja import Field, Query, Router, Schema

from api.access import OPTIONAL
from api.reading import schemas
from api.reading.listed import JSON, dumped, linked
from api.reading.queries import MAX_LIMIT, cursor_field
from api.refs import CollectionKey
from api.routers import collections as collections_router
from api.rows import directories as rows
from lib import keyset
from lib.pages import versioned
from moderation.models import Action
from papers.collections.lists import collection as collection_list
from papers.collections.views.collections import get_readable
from papers.directories.directory import MAX_LENGTH, OF_TOPICS, find
from papers.lists.listing import for_page
from papers.lists.pages import limit_searches
from papers.lists.query import parse_query
from papers.models import Collection, Item, TopicEntry
from papers.models.topicentry import WEEKS

router = Router(tags=["topics and the log"], by_alias=True)
ITEMS_SHOWN = 4  # of each collection of a list, as at the Hub
ORDERS = {
    "upvotes": ("follower_count", "id"),
    "trending": ("follower_count", "id"),
    "lastModified": ("updated_at", "id"),
}


class Page(Schema):
    limit: int = Field(50, ge=1, le=MAX_LIMIT, description="Rows a page.")
    cursor: str | None = cursor_field()


class Topic(Schema):
    name: str = Field(description="A keyword, or a category of arXiv.")
    category: str | None = Field(None, description="The full name of a category.")
    numPapers: int = Field(ge=0)
    numPapersThisMonth: int = Field(ge=0, description="Papers of the last 28 days.")
    numFollowers: int = Field(ge=0)
    weeks: list[int] = Field(description=f"Papers of each of the last {WEEKS} weeks, the latest one last.")
    url: str


class TopicParams(Page):
    q: str | None = Field(None, max_length=MAX_LENGTH, description="Topics whose name contains this.")
    sort: Literal[*OF_TOPICS] = Field("month", description="The order: papers of this month, all papers, followers.")


class Note(Schema):
    text: str = Field(description="Markdown.")
    html: str


class CollectionItem(Schema):
    id_: str = Field(alias="_id", pattern=schemas.OBJECT_ID)
    type: Literal["paper"]
    id: str = Field(description="The arXiv id.")
    position: int = Field(ge=0)
    title: str
    upvotes: int = Field(ge=0)
    publishedAt: datetime
    note: Note | None = None


class CollectionRow(Schema):
    """A collection with its first papers."""

    id: str = Field(alias="_id", pattern=schemas.OBJECT_ID)
    slug: str = Field(description="Its key in addresses.")
    title: str
    description: str = Field(description="Markdown.")
    lastUpdated: datetime
    owner: schemas.User | schemas.Organisation
    private: bool
    visibility: Literal["public", "unlisted", "private"] = Field(description="Who may see it. Not at the Hub.")
    theme: Literal["blue"]
    upvotes: int = Field(ge=0, description="How many people follow it.")
    numItems: int = Field(ge=0, description="Not at the Hub: how many papers it has.")
    items: list[CollectionItem]
    url: str = Field(description="Not at the Hub: its page here.")


class WholeCollection(CollectionRow):
    """A collection with all its papers."""

    position: int


class CollectionParams(Page):
    owner: list[Annotated[str, Field(max_length=80)]] = Field(
        [], max_length=20, description="Those of people with these user names and organisations with these slugs."
    )
    q: str | None = Field(None, max_length=MAX_LENGTH, description="Those whose name contains this.")
    item: list[Annotated[str, Field(max_length=200, examples=["papers/2509.08721"])]] = Field(
        [],
        max_length=20,
        description="Collections that contain one of these items. Items are papers: `papers/2509.08721`.",
    )
    sort: Literal[*ORDERS] = Field("trending", description="The order: most followers, or `lastModified`.")


class About(Schema):
    kind: str
    url: str | None = None


class Undone(Schema):
    at: datetime
    by: str
    reason: str


class LogLine(Schema):
    """What a moderator decided."""

    id: int
    createdAt: datetime
    moderator: str
    decision: str = Field(examples=["hide"])
    text: str = Field(description="What was done, to go on after the moderator's name.")
    reason: str
    about: About
    undone: Undone | None = None
    url: str


@router.get("/topics", response=list[Topic], openapi_extra=OPTIONAL)
def topics(request: HttpRequest, params: Query[TopicParams]) -> HttpResponse:
    """Keywords and categories of arXiv, with how many papers they have."""
    found = find(request, TopicEntry.objects.all(), OF_TOPICS, params.sort, params.cursor or "", params.limit)
    return _answer(request, found, [rows.topic(entry) for entry in found.rows])


@collections_router.get("/collections", response=list[CollectionRow], openapi_extra=OPTIONAL)
def collections(request: HttpRequest, params: Query[CollectionParams]) -> HttpResponse:
    """Public collections that have papers; with a token and an owner, also others that its person may change."""
    if params.q:
        limit_searches(request)
    matching = _matching(request.user, params)
    found = keyset.page(matching, ORDERS[params.sort], params.cursor or "", params.limit)
    return _answer(request, found, rows.collections(found.rows, ITEMS_SHOWN))


def _matching(viewer, params: CollectionParams):
    """The collections that the parameters choose, of those that this viewer may find."""
    found = Collection.objects.listed().filter(paper_count__gt=0)
    if params.owner:
        if viewer.is_authenticated:
            found |= Collection.objects.kept_by(viewer)
        found = found.filter(Q(user__username__in=params.owner) | Q(organisation__slug__in=params.owner))
    if params.q:
        found = found.filter(name__icontains=params.q)
    if params.item:
        ids = [item.removeprefix("papers/") for item in params.item if item.startswith("papers/")]
        held = Item.objects.kept().filter(collection=OuterRef("pk"), paper__arxiv_id__in=ids)
        found = found.filter(Exists(held))
    return found.select_related("user", "organisation")


@collections_router.get("/collections/{slug}", response=WholeCollection, openapi_extra=OPTIONAL)
def collection(request: HttpRequest, slug: CollectionKey) -> HttpResponse:
    """A collection with all its papers, in its order. Whoever has the key may read an unlisted one."""
    found = get_readable(request, slug)
    list_ = collection_list(slug, found)
    listing = for_page(list_, parse_query(QueryDict()), request.user, list_.export_limit)

    def write() -> bytes:
        return dumped(rows.collection(found, {row.pk: row.note for row in listing.papers}))

    return versioned(request, write, JSON, version=(settings.BASE_URL, found.shown, listing.version), seconds=0)


@router.get("/moderation/log", response=list[LogLine], openapi_extra=OPTIONAL)
def moderation_log(request: HttpRequest, params: Query[Page]) -> HttpResponse:
    """What moderators decided and why, the latest first."""
    found = keyset.page(Action.objects.all(), ("id",), params.cursor or "", params.limit)
    return _answer(request, found, [rows.action(row) for row in found.rows])


def _answer(request: HttpRequest, found: keyset.Page, data: list[dict]) -> HttpResponse:
    version = settings.BASE_URL, found.cursor, data
    return linked(request, versioned(request, lambda: dumped(data), JSON, version=version), found.cursor)
