"""The pages of the lists of papers by time, and the page of all papers with filters or words."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect, push_url, replace_url

from lib.pages import page
from lib.refusals import BadInput
from papers import categories, identifiers, lists, period
from papers.lists import charts, general
from papers.lists.list import List
from papers.lists.pages import counted_query
from papers.lists.query import ListQuery, query_of
from papers.lists.views import saved_filters
from papers.models import AuthorFollow, Day, Paper, TopicFollow, Visit
from papers.models.follow import FollowState
from papers.models.visit import VisitState
from papers.period import NoSuchPeriod, Period
from papers.search import exact
from papers.search.results import time_limit

_CURRENT = {"day": "today", "week": "this week", "month": "this month"}


def latest(request: HttpRequest, kind: str) -> HttpResponse:
    """The page of the latest day, week or month with papers; a query without a day is a search of all papers."""
    if kind == "day" and query_of(request).is_filtered:
        return _redirect_to_paper(request) or _with_history(request, _search(request))
    day = Day.objects.latest_date()
    if day is None:
        return page(request, "papers/lists/empty_site.html", {})
    tabs = saved_filters.tabs(request) if kind == "day" else {}
    span = Period.around(kind, day)
    missing = "" if span == Period.around(kind, period.today()) else _CURRENT[kind]
    return _with_history(request, _period(request, general.latest(kind, day), span, missing=missing, **tabs))


def dated(request: HttpRequest, kind: str, text: str) -> HttpResponse:
    """The page of a day, week or month. No such date or one in the future is a 404 with the nearest day with papers."""
    try:
        span = period.parse(kind, text)
    except NoSuchPeriod as error:
        return _no_such_date(request, str(error), error.nearest)
    if span.start > period.today():
        return _no_such_date(request, f"{span.title} is in the future.", period.today())
    return _period(request, general.dated(kind, text), span)


def trending(request: HttpRequest) -> HttpResponse:
    context = {"section": "trending", "visit_state": _visit_state(request), "has_rail": True}
    return lists.page(request, general.trending(), **context)


def pick(request: HttpRequest) -> HttpResponse:
    """Redirects the date picker's form to the page of the day."""
    try:
        day = period.parse("day", request.GET.get("day", ""))
    except NoSuchPeriod as error:
        raise BadInput(f"{error} Enter a date such as 2025-09-10.") from None
    return redirect(day)


def _period(request: HttpRequest, list_: List, span: Period, *, missing: str = "", **context) -> HttpResponse:
    """The page of a period, with links to the nearest earlier and later ones with papers.

    `missing` names the current period, if that has no papers yet.
    """
    around = Day.objects.around(span.start, span.end)
    context |= {
        "period": span,
        "section": "" if around["next"] else span.kind,
        "title": span.title,
        "missing": missing,
        "around": around,
        "earlier": around["previous"] and Period.around(span.kind, around["previous"]),
        "later": around["next"] and Period.around(span.kind, around["next"]),
        "visit_state": _visit_state(request, span.start, span.end),
        "has_rail": True,
    }
    return lists.page(request, list_, version=(around, missing), **context)


def _visit_state(request: HttpRequest, *span: date) -> Callable[[], VisitState] | None:
    """What the line above the list says to a signed-in reader, read when the line is drawn; None for strangers."""
    return partial(Visit.objects.state, request.user, *span) if request.user.is_authenticated else None


def _no_such_date(request: HttpRequest, message: str, day: date | None) -> HttpResponse:
    nearest = Day.objects.nearest(day) if day else Day.objects.latest_date()
    return render(request, "papers/lists/no_such_date.html", {"message": message, "nearest": nearest}, status=404)


def _redirect_to_paper(request: HttpRequest) -> HttpResponse | None:
    """A redirect to the paper's page, if the search box holds an arXiv id and nothing else.

    While a reader types (htmx), only to an existing paper, since the id may not be complete.
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
    """The page of all papers with a query: words, filters or both."""
    query = counted_query(request)
    words, topic, author = (query.params.get(name) for name in ("q", "topic", "author"))
    growth = None
    if query.is_canonical and query.is_only("topic"):
        with time_limit():
            growth = charts.topic_chart(topic)
    follow, matches = _follow_state(request, query), _exact_matches(query)
    filters = " · ".join(query.labels.values())
    title = _quoted(words) if words else categories.title(topic) if topic else author or filters or query.typed
    context = {"title": title, "growth": growth, "follow": follow, "matches": matches, "is_search": True}
    context |= saved_filters.tabs(request)
    version = title, growth, follow, matches
    seconds = 0 if any(match.kind == exact.PERSON for match in matches) else None
    template = "papers/lists/search.html"
    return lists.page(request, general.everything(), template, version=version, seconds=seconds, **context)


def _quoted(words: str) -> str:
    return words if '"' in words else f"“{words}”"


def _exact_matches(query: ListQuery) -> list[exact.Match]:
    """What has exactly the name that is searched for, above the first page of a search by words alone."""
    is_shown = query.is_canonical and query.is_only("q") and "older" not in query.params
    return exact.matches(query.terms) if is_shown else []


def _follow_state(request: HttpRequest, query: ListQuery) -> FollowState | None:
    """The state of the follow button, if the query is a topic or an author and nothing else."""
    for model in (TopicFollow, AuthorFollow):
        if query.is_only(model.parameter):
            with suppress(BadInput):
                return model.objects.state(request.user, model.find(query.params[model.parameter]))
    return None


def _with_history(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The response with headers for htmx: a search adds a page to the browser's history, further typing replaces it."""
    if request.htmx and "older" not in request.GET:
        was_search = re.search("[?&]q=", request.htmx.current_url or "")
        (replace_url if was_search else push_url)(response, request.get_full_path())
        patch_vary_headers(response, ["HX-Current-URL"])
    return response
