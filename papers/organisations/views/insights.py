from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from lib.pages import cached, page
from orgs.models import Organisation
from papers.organisations import insights


def charts(request: HttpRequest, slug: str) -> HttpResponse:
    """An organisation's papers in figures, for everybody."""
    organisation = get_object_or_404(Organisation, slug=slug)
    parts = insights.of(organisation)
    context = {"org": organisation, "parts": parts}
    return page(request, "papers/organisations/insights.html", context, version=(organisation.updated_at, parts))


def figures(request: HttpRequest, slug: str, what: str) -> HttpResponse:
    """What one of the charts is drawn from, as CSV."""
    parts = {part.key: part for part in insights.of(get_object_or_404(Organisation, slug=slug))}
    if what not in parts:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="{slug}-{what}.csv"'}
    return cached(request, HttpResponse(parts[what].file, content_type="text/csv; charset=utf-8", headers=headers))
