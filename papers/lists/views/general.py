"""The pages of the lists of papers by time, and the page of all papers with filters or words."""

import re
from contextlib import suppress
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect, push_url, replace_url

from lib.pages import page
from lib.refusals import BadInput
from papers import identifiers, lists, period
from papers.lists import charts, general
from papers.lists.list import List
from papers.lists.query import ListQuery, query_of
from papers.lists.views import saved_filters
from papers.models import AuthorFollow, Day, Paper, TopicFollow
from papers.models.follow import FollowState
from papers.period import NoSuchPeriod, Period
from papers.search.results import bounded


def latest(request: HttpRequest, kind: str) -> HttpResponse:
    """The day, week or month of the latest papers; a day with a filter in the address means all days."""
    if kind == "day" and query_of(request).is_filtered:
        return _redirect_to_paper(request) or _with_history(request, _search(request))
    date = Day.objects.latest_date()
    if date is None:
        return page(request, "papers/lists/empty_site.html", {})
    tabs = saved_filters.tabs(request) if kind == "day" else {}
    return _with_history(request, _period(request, general.latest(kind), Period.around(kind, date), **tabs))


def dated(request: HttpRequest, kind: str, text: str) -> HttpResponse:
    """A day, week or month. A wrong date is a 404 with the nearest day that has papers; so is the future."""
    try:
        span = period.parse(kind, text)
    except NoSuchPeriod as error:
        return _no_such_date(request, str(error), error.nearest)
    if span.start > period.today():
        return _no_such_date(request, f"{span.title} has not come yet.", period.today())
    return _period(request, general.dated(kind, text), span)


def trending(request: HttpRequest) -> HttpResponse:
    return lists.page(request, general.trending(), section="trending")


def pick(request: HttpRequest) -> HttpResponse:
    """Where the date picker's form leads: to the day's own address."""
    try:
        day = period.parse("day", request.GET.get("day", ""))
    except NoSuchPeriod as error:
        raise BadInput(f"{error} A date looks like 2025-09-10.") from None
    return redirect(day)


def _period(request: HttpRequest, list_: List, span: Period, **context) -> HttpResponse:
    """The page of a period, with its neighbours that have papers."""
    around = Day.objects.around(span.start, span.end)
    context |= {
        "period": span,
        "section": "" if around["next"] else span.kind,
        "title": span.title,
        "around": around,
        "earlier": around["previous"] and Period.around(span.kind, around["previous"]),
        "later": around["next"] and Period.around(span.kind, around["next"]),
    }
    return lists.page(request, list_, version=around, **context)


def _no_such_date(request: HttpRequest, message: str, date: date | None) -> HttpResponse:
    nearest = Day.objects.nearest(date) if date else Day.objects.latest_date()
    return render(request, "papers/lists/no_such_date.html", {"message": message, "nearest": nearest}, status=404)


def _redirect_to_paper(request: HttpRequest) -> HttpResponse | None:
    """To the paper whose arXiv id is all that stands in the search box.

    As one types, only to a paper that is here: what will become an id may be another one on the way.
    """
    try:
        arxiv_id, _ = identifiers.parse(request.GET.get("q", ""))
    except ValueError:
        return None
    if not request.htmx:
        return redirect("papers:paper", arxiv_id)
    paper = Paper.objects.filter(arxiv_id=arxiv_id).first()
    return HttpResponseClientRedirect(paper.get_absolute_url()) if paper else None


def _search(request: HttpRequest) -> HttpResponse:
    """All papers that words and filters leave."""
    query = query_of(request)
    words, topic, author = (query.params.get(name) for name in ("q", "topic", "author"))
    growth = None
    if query.is_only("topic"):
        with bounded():
            growth = charts.of_topic(topic)
    title = f"“{words}”" if words else topic or author or query.typed
    follow = _follow_state(request, query)
    context = {"title": title, "growth": growth, "follow": follow, "is_search": True} | saved_filters.tabs(request)
    return lists.page(request, general.everything(), version=(growth, follow), **context)


def _follow_state(request: HttpRequest, query: ListQuery) -> FollowState | None:
    """What the follow button of the one topic or author shows that is filtered for, if it is only that."""
    for kind in (TopicFollow, AuthorFollow):
        if query.is_only(kind.parameter):
            with suppress(BadInput):
                return kind.objects.state(request.user, kind.find(query.params[kind.parameter]))
    return None


def _with_history(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """As one types, the first answer is a new page of the browser's history, and the next ones take its place."""
    if request.htmx and "older" not in request.GET:
        was_search = re.search("[?&]q=", request.htmx.current_url or "")
        (replace_url if was_search else push_url)(response, request.get_full_path())
        patch_vary_headers(response, ["HX-Current-URL"])
    return response
