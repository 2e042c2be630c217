"""A list as a page: the one function that shows any `List`, and the limit on searches."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject
from django.utils.text import slugify

from lib.limits import request_limit
from lib.pages import PUBLIC_SECONDS, cached
from lib.pages import page as cached_page
from lib.refusals import BadInput
from orgs.models import Organisation
from papers.lists import exports
from papers.lists.list import FEED_FORMS, List, Privacy
from papers.lists.listing import for_page
from papers.lists.query import ListQuery, feed_address, query_of, query_string

SUGGESTED_ORGANISATIONS = 200
# As one types, three searches a second; and a whole university may have one address.
limit_searches = request_limit("search", person=120, network=600, period=timedelta(minutes=1))


def page(
    request: HttpRequest, list_: List, template: str = "papers/lists/list.html", *, version=None, **context
) -> HttpResponse:
    """The page of this list; for htmx asking for older papers, the rows alone; or a file of the first papers.

    `version` names what the page shows beside its rows, for the ETag. `context` is for the template; its `title` takes
    the place of the list's. Raises TooMany for too many searches.
    """
    query = query_of(request)
    if not query.is_canonical:
        return HttpResponseRedirect(request.path + query_string(query.params))
    if query.is_filtered:
        limit_searches(request)
    context.setdefault("title", list_.title)
    seconds = PUBLIC_SECONDS if list_.privacy is Privacy.PUBLIC else 0
    if "export" in query.params:
        return cached(request, _file(request, list_, query, context["title"]), seconds)
    listing = for_page(list_, query, request.user)
    context |= {"list": list_, "listing": listing, "is_private": list_.privacy is Privacy.PRIVATE}
    context["forms"] = exports.FORMS
    if not listing.is_readable:
        return render(request, template, context, status=400)
    if request.htmx and listing.is_continuation:
        return cached_page(request, "papers/lists/list.html#rows", context, version=listing.version, seconds=seconds)
    context["feeds"] = SimpleLazyObject(lambda: _feeds(list_, query))
    context["organisations"] = Organisation.objects.values_list("slug", "name")[:SUGGESTED_ORGANISATIONS]
    return cached_page(request, template, context, version=(listing.version, version), seconds=seconds)


def _feeds(list_: List, query: ListQuery) -> dict[str, str]:
    """The addresses of the list's feeds by their forms, if it has any."""
    if query.problems or list_.no_feed:
        return {}
    return {form: feed_address(list_.key + query_string(query.params), form) for form in FEED_FORMS}


def _file(request: HttpRequest, list_: List, query: ListQuery, title: str) -> HttpResponse:
    """The first papers of the list, to be saved."""
    name = query.params["export"]
    form = exports.FORMS.get(name)
    if form is None:
        raise BadInput(f"A list is exported as one of {', '.join(exports.FORMS)}, not as “{name[:40]}”.")
    listing = for_page(list_, query, request.user, size=list_.export_limit)
    if not listing.is_readable:
        raise BadInput("Nothing is exported, because a filter of this list can't be read.")
    notes = {paper.pk: paper.note for paper in listing.papers if paper.note}
    text = exports.text(form, [paper.pk for paper in listing.papers], notes)
    filename = f"{slugify(title)[:60] or 'broadsheet'}.{form.ending}"
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return HttpResponse(text, content_type=f"{form.content_type}; charset=utf-8", headers=headers)
