"""Visits, days that a reader is done with, catching up, and the page of dismissed papers."""

from collections.abc import Iterable
from datetime import date
from functools import partial

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from lib.commonmark import item
from lib.redirects import redirect_back
from lib.verbs import verb
from papers import lists, period
from papers.discussion.lists import DayToCatchUp, days_to_catch_up
from papers.discussion.lists import catch_up as catch_up_list
from papers.discussion.lists import dismissed as dismissed_list
from papers.models import Day, DayDone, Visit
from papers.paper.markdown import leading_to
from papers.period import NoSuchPeriod


@verb
def visit(request: HttpRequest) -> HttpResponse:
    """Record that the user is here. htmx puts the empty answer in the place of the button."""
    Visit.objects.record(request.user)
    return HttpResponse() if request.htmx else redirect_back(request)


@verb
def finish_day(request: HttpRequest, text: str) -> HttpResponse:
    """Mark a day with papers as done."""
    day = get_object_or_404(Day, date=_date(text))
    DayDone.objects.make(request.user, day.date)
    return redirect_back(request)


@verb
def reopen_day(request: HttpRequest, text: str) -> HttpResponse:
    DayDone.objects.unmake(request.user, _date(text))
    return redirect_back(request)


def _date(text: str) -> date:
    """Return the day with this name in addresses. Raises Http404."""
    try:
        return period.parse("day", text).start
    except NoSuchPeriod:
        raise Http404 from None


@login_required
def catch_up(request: HttpRequest) -> HttpResponse:
    """Show the papers that the user can catch up on, and the days that they are of."""
    days = days_to_catch_up(request.user)
    context = {"days": days, "open_count": sum(not day.is_done for day in days)}
    context["visit_state"] = partial(Visit.objects.state, request.user)
    above = partial(_days, days)
    return lists.page(request, catch_up_list(), "papers/discussion/catch_up.html", above=above, **context)


def _days(days: Iterable[DayToCatchUp]) -> str:
    """The days as Markdown, with how many of their papers are left."""
    rows = (leading_to(str(day.period), day.period.get_absolute_url(), {"papers": day.paper_count}) for day in days)
    return "\n".join(map(item, rows))


@login_required
def dismissed(request: HttpRequest) -> HttpResponse:
    """Show the papers that the user has dismissed."""
    return lists.page(request, dismissed_list(), "papers/discussion/dismissed.html")
