"""The papers of a day, a week, a month, or of all days."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router

from api.access import OPTIONAL
from api.reading.listed import list_answer
from api.reading.queries import ListParams, list_query
from api.reading.schemas import DailyPaperRow
from lib.refusals import BadInput
from papers import period
from papers.lists import general
from papers.lists.list import List
from papers.people.lists import by_submitter
from papers.period import NoSuchPeriod

router = Router(tags=["papers"], by_alias=True)
# The years from 1991, in which arXiv began, and the days that one of them has.
_YEAR = "(199[1-9]|2[0-9]{3})"
_DAY = "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-9])"
_KINDS = {"date": "day", "week": "week", "month": "month"}


class DailyParams(ListParams):
    date: str | None = Field(
        None,
        description="The papers of this day, `YYYY-MM-DD`.",
        examples=["2025-09-10"],
        json_schema_extra={"maxLength": 10, "pattern": rf"^({_YEAR}-({_DAY}))?$"},
    )
    week: str | None = Field(
        None,
        description="The papers of this ISO week, `YYYY-Www`.",
        examples=["2025-W37"],
        json_schema_extra={"maxLength": 8, "pattern": rf"^({_YEAR}-W(0[1-9]|[1-4][0-9]|5[0-3]))?$"},
    )
    month: str | None = Field(
        None,
        description="The papers of this month, `YYYY-MM`.",
        examples=["2025-09"],
        json_schema_extra={"maxLength": 7, "pattern": rf"^({_YEAR}-(0[1-9]|1[0-2]))?$"},
    )
    submitter: str | None = Field(
        None, max_length=150, description="The papers that the person with this user name has submitted."
    )
    p: int = Field(0, ge=0, le=10_000, description="The number of the page, counted from 0.")


@router.get("/daily_papers", response=list[DailyPaperRow], openapi_extra=OPTIONAL)
def daily_papers(request: HttpRequest, params: Query[DailyParams]) -> HttpResponse:
    """The papers of a day, a week or a month, by upvotes. Without a period: all papers, latest listed first.

    With words or filters and without a period, papers that are on no day's list are found, too, as on the site's pages.
    """
    list_ = _list(params)
    if params.submitter:
        list_ = by_submitter(list_, params.submitter)
    return list_answer(request, list_, list_query(request, params), params.limit, page=params.p)


def _list(params: DailyParams) -> List:
    """The list of the period. Raises BadInput for what is no period, for one in the future, and for more than one."""
    texts = {name: text for name in _KINDS if (text := getattr(params, name))}
    if len(texts) > 1:
        raise BadInput(f"Give only one of {', '.join(texts)}.")
    for name, text in texts.items():
        try:
            span = period.parse(_KINDS[name], text)
        except NoSuchPeriod as error:
            raise BadInput(f"{name}: {error} Write it as {DailyParams.model_fields[name].examples[0]}.") from None
        if span.start > period.today():
            raise BadInput(f"{name}: {text} is in the future. Today is {period.today()}.")
        return general.dated(span.kind, str(span))
    return replace(general.everything(), order="newest")
