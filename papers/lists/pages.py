"""The page of any `List`, and the rate limit of searches."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject

from lib.limits import request_limit
from lib.pages import PUBLIC_SECONDS, cached
from lib.pages import page as cached_page
from lib.refusals import BadInput
from lib.words import ascii_slug
from papers.lists import exports, markdown
from papers.lists.list import FEED_FORMATS, List, Privacy
from papers.lists.listing import for_page
from papers.lists.query import ListQuery, feed_address, query_of, query_string
from papers.lists.rail import rail

# The page searches while a reader types, up to three times a second; a whole university may share one network.
limit_searches = request_limit("search", person=120, network=600, period=timedelta(minutes=1))


def counted_query(request: HttpRequest) -> ListQuery:
    """The query of the request's address. If it is a search, it counts once a request. Raises TooMany."""
    query = query_of(request)
    if query.is_filtered and not hasattr(request, "is_counted_search"):
        limit_searches(request)
        request.is_counted_search = True
    return query


def page(
    request: HttpRequest,
    list_: List,
    template: str = "papers/lists/list.html",
    *,
    version=None,
    seconds: int | None = None,
    has_rail: bool = False,
    above: Callable[[], str] = str,
    **context,
) -> HttpResponse:
    """The page of this list; the rows alone if htmx requests older papers; or a file, if the query has `export`.

    `version` is a value for the ETag that changes whenever the page does, apart from its rows. `context` is for the
    template; its `title` replaces the list's. `seconds` is how long shared caches keep a public list, if that is not as
    usual. `has_rail` puts the rail beside it. `above` writes what stands above the papers on the page as Markdown.
    Raises TooMany if the client searches too often.
    """
    query = counted_query(request)
    if not query.is_canonical:
        return HttpResponseRedirect(request.path + query_string(query.params))
    if "title" not in context:
        context["title"] = list_.title_for(request.user)
    if seconds is None:
        seconds = PUBLIC_SECONDS if list_.privacy is Privacy.PUBLIC else 0
    if "export" in query.params:
        return cached(request, _file(request, list_, query, context["title"]), seconds)
    listing = for_page(list_, query, request.user)
    context |= {"list": list_, "listing": listing, "is_private": list_.privacy is Privacy.PRIVATE}
    context["formats"] = exports.FORMATS
    if not listing.is_readable:
        return render(request, template, context, status=400)
    version = listing.version, version
    if request.htmx and listing.is_continuation:
        return cached_page(request, "papers/lists/list.html#rows", context, version=version, seconds=seconds)
    if has_rail:
        context["rail"] = rail()
        version = *version, context["rail"]
    context["feeds"] = SimpleLazyObject(lambda: _feeds(list_, query))
    write = partial(_markdown, request, context, above)
    return cached_page(request, template, context, version=version, seconds=seconds, markdown=write)


def _markdown(request: HttpRequest, context: dict, above: Callable[[], str]) -> str:
    """The page as Markdown. Further pages of a day have the address of the day, since another one may be the latest."""
    period, earlier, later = (context.get(name) for name in ("period", "earlier", "later"))
    path = period.get_absolute_url() if period else request.path
    links = {f"Previous {earlier.kind}": earlier.get_absolute_url()} if earlier else {}
    links |= {f"Next {later.kind}": later.get_absolute_url()} if later else {}
    featured = context.get("featured", ())
    return markdown.page(context["listing"], context["title"], path, above=above(), featured=featured, links=links)


def _feeds(list_: List, query: ListQuery) -> dict[str, str]:
    """The addresses of the list's feeds by their formats.

    There are none if the list has no feed, or if the query can't be read or depends on the viewer.
    """
    if query.problems or list_.no_feed or query.depends_on_viewer:
        return {}
    return {format: feed_address(list_.key + query_string(query.params), format) for format in FEED_FORMATS}


def _file(request: HttpRequest, list_: List, query: ListQuery, title: str) -> HttpResponse:
    """A file of the list's first papers. Raises BadInput for an unknown format or a filter that can't be read."""
    name = query.params["export"]
    format = exports.FORMATS.get(name)
    if format is None:
        raise BadInput(f"Unknown format “{name[:40]}”. Choose one of: {', '.join(exports.FORMATS)}.")
    listing = for_page(replace(list_, reasons=None), query, request.user, size=list_.export_limit)
    if not listing.is_readable:
        raise BadInput("Nothing was exported, because a filter of this list can't be read.")
    notes = {paper.pk: paper.note for paper in listing.papers if paper.note}
    text = exports.text(format, [paper.pk for paper in listing.papers], notes)
    filename = f"{ascii_slug(title, 60) or 'broadsheet'}.{format.extension}"
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return HttpResponse(text, content_type=f"{format.content_type}; charset=utf-8", headers=headers)
