from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import groupby

from django.http import HttpRequest, HttpResponse

from lib.commonmark import item
from lib.pages import page
from papers.lists import charts, markdown
from papers.models import Day
from papers.paper.markdown import leading_to
from papers.period import Period


def archive(request: HttpRequest) -> HttpResponse:
    """All days with papers, in a calendar for each year."""
    days = list(Day.objects.all())
    version = [(day.date, day.paper_count) for day in days]
    context = {"section": "archive", "calendars": charts.calendars(days)}
    write = partial(_markdown, days)
    return page(request, "papers/lists/archive.html", context, version=version, markdown=write)


def _markdown(days: Sequence[Day]) -> str:
    """The months and their days, the latest first."""
    months = groupby(reversed(days), key=lambda day: Period.month(day.date))
    return markdown.index("Archive", (_month(month, group) for month, group in months))


def _month(month: Period, days: Iterable[Day]) -> str:
    """An item for the month, in which its days are items."""
    rows = (item(_leading_to(Period.day(day.date), {"papers": day.paper_count})) for day in days)
    return item("\n".join([_leading_to(month), *rows]))


def _leading_to(period: Period, counts: Mapping[str, int] | None = None) -> str:
    return leading_to(str(period), period.get_absolute_url(), counts)
