"""Who the person of a token is, and what only that person reads."""

from datetime import datetime
from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from api.access import Access
from api.models import Scope
from api.reading import schemas
from api.reading.listed import JSON, dumped, list_answer
from api.reading.people import Membership
from api.reading.queries import ListParams, list_query
from api.rows.people import organisation, user
from api.rows.values import moment
from lib.pages import versioned
from papers.collections.lists import bookmarks as bookmark_list

router = Router(tags=["account"], by_alias=True)


class AccessToken(Schema):
    displayName: str = Field(description="The name that the person gave it.")
    role: Literal["read", "write"]
    scopes: list[Scope] = Field(description="What the token may do. Not at the Hub.")
    createdAt: datetime


class Auth(Schema):
    type: Literal["access_token"]
    accessToken: AccessToken


class Whoami(schemas.User):
    orgs: list[Membership]
    auth: Auth


@router.get("/bookmarks", response=list[schemas.DailyPaperRow], auth=Access(Scope.READ, is_required=True))
def bookmarks(request: HttpRequest, params: Query[ListParams]) -> HttpResponse:
    """The papers that the person of the token has bookmarked, the last one first. The token needs the scope `read`."""
    return list_answer(request, bookmark_list(), list_query(request, params), params.limit)


@router.get("/whoami-v2", response=Whoami, auth=Access("", is_required=True))
def whoami(request: HttpRequest) -> HttpResponse:
    """The person whose token this is, with all their organisations, and what the token may do."""
    person, token = request.user, request.token
    memberships = person.memberships.select_related("organisation").order_by("organisation__name")
    access = {
        "displayName": token.name,
        "role": "read" if token.scopes == [Scope.READ] else "write",
        "scopes": token.scopes,
        "createdAt": moment(token.created_at),
    }
    data = user(person) | {
        "orgs": [organisation(row.organisation) | {"roleInOrg": row.role} for row in memberships],
        "auth": {"type": "access_token", "accessToken": access},
    }
    return versioned(request, lambda: dumped(data), JSON, version=data, seconds=None)
