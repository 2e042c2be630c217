"""Organisations and people: what their pages say of them, and their papers."""

from typing import Annotated, Literal

from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Path, Query, Router, Schema

from api.access import OPTIONAL
from api.reading import schemas
from api.reading.listed import JSON, dumped, list_answer
from api.reading.queries import ListParams, list_query
from api.rows import directories as rows
from lib.pages import PUBLIC_SECONDS, versioned
from lib.refusals import Gone
from orgs.models import Organisation
from papers.organisations.lists import organisation as organisation_list
from papers.people.lists import TABS

router = Router(tags=["organisations and people"], by_alias=True)
Slug = Annotated[str, Path(max_length=80, description="The organisation's name in addresses.", examples=["openai"])]
Username = Annotated[str, Path(max_length=39, description="The person's user name.", examples=["ada"])]


class Link(Schema):
    label: str
    url: str


class OrganisationOverview(schemas.Organisation):
    details: str = Field(description="What the organisation says of itself, in Markdown.")
    news: str | None = Field(None, description="Not at the Hub: its announcement, in Markdown.")
    website: str | None = Field(None, description="Not at the Hub.")
    links: list[Link] = Field(description="Further addresses. Not at the Hub.")
    numFollowers: int = Field(ge=0)
    numPapers: int = Field(ge=0, description="How many papers it has, counted every few minutes.")
    numUsers: int = Field(ge=0, description="How many members it has whom you may see.")
    isFollowing: bool | None = Field(None, description="With a token: whether its person follows the organisation.")
    url: str = Field(description="Not at the Hub: its page here.")


class Membership(schemas.Organisation):
    roleInOrg: Literal["owner", "admin", "member"]


class UserOverview(schemas.User):
    details: str = Field(description="What the person writes about themself, in Markdown.")
    links: list[Link] = Field(description="Further addresses. Not at the Hub.")
    numFollowers: int = Field(ge=0)
    numPapers: int = Field(ge=0, description="Papers of which the person is marked as an author.")
    isFollowing: bool | None = Field(None, description="With a token: whether its person follows this one.")
    orgs: list[Membership] = Field(description="The organisations that the person shows.")
    url: str = Field(description="Not at the Hub: the person's page here.")


class PersonListParams(ListParams):
    of: Literal[*TABS] = Field(
        "submitted", description="Which papers: those that the person submitted, wrote, upvoted."
    )


@router.get("/organizations/{slug}/overview", response=OrganisationOverview, openapi_extra=OPTIONAL)
def organization_overview(request: HttpRequest, slug: Slug) -> HttpResponse:
    """An organisation, as its page describes it."""
    data = rows.organisation_overview(get_object_or_404(Organisation, slug=slug), request.user)
    return versioned(request, lambda: dumped(data), JSON, version=data, seconds=PUBLIC_SECONDS)


@router.get("/organizations/{slug}/papers", response=list[schemas.DailyPaperRow], openapi_extra=OPTIONAL)
def organization_papers(request: HttpRequest, slug: Slug, params: Query[ListParams]) -> HttpResponse:
    """The papers of an organisation, the latest first."""
    found = get_object_or_404(Organisation, slug=slug)
    return list_answer(request, organisation_list(slug, found), list_query(request, params), params.limit)


@router.get("/users/{username}/overview", response=UserOverview, openapi_extra=OPTIONAL)
def user_overview(request: HttpRequest, username: Username) -> HttpResponse:
    """A person, as their page describes them. What the person hides is left out."""
    data = rows.user_overview(_person(username), request.user)
    return versioned(request, lambda: dumped(data), JSON, version=(settings.BASE_URL, data), seconds=0)


@router.get("/users/{username}/papers", response=list[schemas.DailyPaperRow], openapi_extra=OPTIONAL)
def user_papers(request: HttpRequest, username: Username, params: Query[PersonListParams]) -> HttpResponse:
    """The papers that a person submitted, wrote or upvoted: none if the person hides them."""
    person = _person(username)
    list_ = TABS[params.of].make(username, owner=person)
    return list_answer(request, list_, list_query(request, params), params.limit)


def _person(username: str):
    """The person of this name. Raises Gone for one whose account is suspended, and Http404."""
    found = get_object_or_404(
        get_user_model().objects.exclude(is_active=False, suspension_reason=""), username=username
    )
    if found.is_suspended:
        raise Gone("This account is suspended.")
    return found
