"""Every page that lists papers by time. One function shows them all: `show`."""

import re
from contextlib import suppress
from datetime import date, timedelta
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.text import slugify
from django_htmx.http import HttpResponseClientRedirect, push_url, replace_url

from lib.http import PUBLIC_SECONDS, cached, page, request_limit
from lib.refusals import BadInput
from orgs.models import Organisation
from papers import identifiers, period
from papers.lists import catalogue, charts, exports, listing
from papers.lists.views import saved_filters
from papers.models import AuthorFollow, Day, Paper, TopicFollow
from papers.models.follow import Standing
from papers.period import NoSuchPeriod, Period
from papers.search.results import bounded
from papers.syndication import feeds

SUGGESTED_ORGANISATIONS = 200
# As one types, three searches a second; and a whole university may have one address.
count_search = request_limit("search", person=120, network=600, period=timedelta(minutes=1))


def searches_limited(view):
    """Decorate a view that lists papers: a request counts if words or filters make a search of it."""

    @wraps(view)
    def counted(request, *args, **kwargs):
        if listing.read(request.GET).is_filtered:
            count_search(request)
        return view(request, *args, **kwargs)

    return counted


def show(
    request: HttpRequest,
    papers,
    context: dict,
    *,
    template="papers/lists/list.html",
    version=None,
    most=exports.MOST,
    seconds=PUBLIC_SECONDS,
    path="",
    **order,
) -> HttpResponse:
    """The list page of these papers; for htmx asking for older ones, the rows alone; or a file of the first ones.

    `version` names what the page shows beside its rows, for the ETag; `most` are the papers of a file; `seconds` may
    caches keep the page; `path` is the list's, where the page has another one.
    """
    asked = listing.read(request.GET)
    if not asked.is_normal:
        return HttpResponseRedirect(request.path + listing.address(asked.params))
    if "export" in asked.params:
        file = _file(request, asked, papers, context["title"], most, **order)
        return cached(request, file, seconds)
    built = listing.build(asked, request.user, papers, **order)
    context |= {"list": built, "forms": exports.FORMS}
    if not built.is_readable:
        return render(request, template, context, status=400)
    if request.htmx and built.is_continuation:
        return page(request, "papers/lists/list.html#rows", context, version=built.version, seconds=seconds)
    context["feeds"] = SimpleLazyObject(lambda: _feeds(request, asked, path or request.path))
    context["organisations"] = Organisation.objects.values_list("slug", "name")[:SUGGESTED_ORGANISATIONS]
    return page(request, template, context, version=(built.version, version), seconds=seconds)


def _feeds(request: HttpRequest, asked: listing.Asked, path: str) -> dict[str, str]:
    """The addresses of the list's feeds by their forms, if it has any."""
    if asked.problems or request.resolver_match.view_name not in catalogue.NAMES:
        return {}
    return {form: feeds.address(path + listing.address(asked.params), form) for form in feeds.FORMS}


def _file(request: HttpRequest, asked: listing.Asked, papers, title: str, most: int, **order) -> HttpResponse:
    """The first papers of the list, to be kept."""
    name = asked.params["export"]
    form = exports.FORMS.get(name)
    if form is None:
        raise BadInput(f"A list is exported as one of {', '.join(exports.FORMS)}, not as “{name[:40]}”.")
    built = listing.build(asked, request.user, papers, size=most, **order)
    if not built.is_readable:
        raise BadInput("Nothing is exported, because a filter of this list can't be read.")
    notes = {paper.pk: paper.note for paper in built.papers if paper.note}
    text = exports.text(form, [paper.pk for paper in built.papers], notes)
    called = slugify(title)[:60] or "broadsheet"
    headers = {"Content-Disposition": f'attachment; filename="{called}.{form.ending}"'}
    return HttpResponse(text, content_type=f"{form.content_type}; charset=utf-8", headers=headers)


def _show_period(request: HttpRequest, chosen: Period, **more) -> HttpResponse:
    around = Day.objects.around(chosen.start, chosen.end)
    context = {
        "period": chosen,
        "section": "" if around["next"] else chosen.kind,
        "title": chosen.title,
        "around": around,
        "earlier": around["previous"] and Period.around(chosen.kind, around["previous"]),
        "later": around["next"] and Period.around(chosen.kind, around["next"]),
        **more,
    }
    return show(request, Paper.objects.between(chosen.start, chosen.end), context, version=around)


@searches_limited
def latest(request: HttpRequest, kind: str) -> HttpResponse:
    """The day, week or month of the latest papers; a day with a filter in the address means all days."""
    if kind == "day" and listing.read(request.GET).is_filtered:
        return _jump(request) or _as_typed(request, _search(request))
    last = Day.objects.latest_date()
    if last is None:
        return page(request, "papers/lists/empty_site.html", {})
    tabs = saved_filters.tabs(request) if kind == "day" else {}
    return _as_typed(request, _show_period(request, Period.around(kind, last), **tabs))


def _jump(request: HttpRequest) -> HttpResponse | None:
    """To the paper whose arXiv id is all that stands in the box.

    As one types, only to a paper that is here: what will become an id may be another one on the way.
    """
    try:
        arxiv_id, _ = identifiers.parse(request.GET.get("q", ""))
    except ValueError:
        return None
    if not request.htmx:
        return redirect("papers:paper", arxiv_id)
    found = Paper.objects.filter(arxiv_id=arxiv_id).first()
    return HttpResponseClientRedirect(found.get_absolute_url()) if found else None


def _search(request: HttpRequest) -> HttpResponse:
    """All papers that words and filters leave."""
    asked = listing.read(request.GET)
    topic, author = asked.params.get("topic"), asked.params.get("author")
    growth = None
    if asked.is_only("topic"):
        with bounded():
            growth = charts.of_topic(topic)
    quoted = f"“{asked.params['q']}”" if "q" in asked.params else ""
    context = {"title": quoted or topic or author or asked.typed, "growth": growth, "is_search": True}
    follow = _follow(request, asked)
    context |= saved_filters.tabs(request) | {"follow": follow}
    return show(request, Paper.objects.all(), context, version=(growth, follow))


def _follow(request: HttpRequest, asked: listing.Asked) -> Standing | None:
    """How the one topic or author is followed whose papers are asked for."""
    for kind in (TopicFollow, AuthorFollow):
        if asked.is_only(kind.parameter):
            with suppress(BadInput):
                return kind.objects.standing(request.user, kind.find(asked.params[kind.parameter]))
    return None


def _as_typed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """As one types, the first answer is a new page of the browser's history, and the next ones take its place."""
    if request.htmx and "older" not in request.GET:
        was_search = re.search("[?&]q=", request.htmx.current_url or "")
        (replace_url if was_search else push_url)(response, request.get_full_path())
        patch_vary_headers(response, ["HX-Current-URL"])
    return response


@searches_limited
def dated(request: HttpRequest, kind: str, text: str) -> HttpResponse:
    """A day, week or month. A wrong date is a 404 with the nearest day that has papers; so is the future."""
    try:
        chosen = period.parse(kind, text)
    except NoSuchPeriod as error:
        return _no_such_date(request, str(error), error.nearest)
    if chosen.start > period.today():
        return _no_such_date(request, f"{chosen.title} has not come yet.", period.today())
    return _show_period(request, chosen)


def _no_such_date(request: HttpRequest, message: str, meant: date | None) -> HttpResponse:
    nearest = Day.objects.nearest(meant) if meant else Day.objects.latest_date()
    return render(request, "papers/lists/no_such_date.html", {"message": message, "nearest": nearest}, status=404)


def pick(request: HttpRequest) -> HttpResponse:
    """Where the date picker's form goes: on to the day's own address."""
    try:
        day = period.parse("day", request.GET.get("day", ""))
    except NoSuchPeriod as error:
        raise BadInput(f"{error} A date looks like 2025-09-10.") from None
    return redirect(day)


@searches_limited
def trending(request: HttpRequest) -> HttpResponse:
    return show(request, Paper.objects.all(), {"title": "Trending", "section": "trending"}, order="hot")


@searches_limited
def bookmarks(request: HttpRequest) -> HttpResponse:
    order = ("saved", "Last saved", ("saved_at", "id"))
    papers = Paper.objects.saved_by(request.user)
    context = {"title": "Bookmarks", "section": "bookmarks", "needs_key": True}
    return show(request, papers, context, own_order=order)
