"""Flags: what readers tell moderators of."""

from typing import Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema

from api.bodies import Body
from api.models import Scope
from api.refs import primary_key
from api.writing import found
from api.writing.operation import Change, json_answer, writes
from lib.refusals import BadInput, Gone
from moderation.forms import FlagForm
from moderation.limits import count_flag
from moderation.models import Flag
from moderation.reasons import Reason
from moderation.subjects import KINDS

router = Router(tags=["moderation"])
FLAGGABLE = [key for key, kind in KINDS.items() if kind.is_flaggable]


class NewFlag(Body):
    kind: Literal[*FLAGGABLE]
    id: str = Field(
        max_length=100,
        description="The arXiv id, the id of the comment, the slug of the collection or organisation, the user name.",
    )
    reason: Literal[*Reason.values] = Field(
        description="`link` and `duplicate` are for papers alone, `abuse` for all else."
    )
    details: str = Field("", max_length=1_000, description="Only moderators read them.")


class Flagged(Schema):
    isNew: bool = Field(description="Whether this is a new flag, rather than a change of yours.")


@writes(router, "/flags", Scope.DISCUSS, Flagged)
def flag(request: HttpRequest, data: NewFlag) -> Change:
    """Flag something for moderators."""
    kind = KINDS[data.kind]
    row = kind.find_for(request.user, _handle(data))
    if row is None:
        raise Gone(f"There is no such {data.kind}.")
    kind.demand_not_own(row, request.user)
    values = found.cleaned(FlagForm({"reason": data.reason, "details": data.details}, kind=kind), {})
    count_flag(request)
    return lambda: json_answer({"isNew": Flag.objects.make(request.user, kind, row.pk, **values)})


def _handle(data: NewFlag) -> str:
    """Returns the handle of `Kind.find_for`: a comment's is its number, of which the API shows 24 digits.

    Raises Gone for what cannot be the id of a paper or a comment.
    """
    if data.kind == "paper":
        try:
            return found.arxiv_id(data.id)
        except BadInput as error:
            raise Gone(str(error)) from None
    if data.kind != "comment":
        return data.id
    if len(data.id) != 24 or not set(data.id) <= set("0123456789abcdef"):
        raise Gone("There is no comment with this id. In answers, ids have 24 digits or letters from a to f.")
    return str(primary_key(data.id)[0])
