from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from lib.pages import cached, page
from orgs.models import Organisation
from papers.organisations import insights, markdown


def charts(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the statistics of an organisation's papers."""
    organisation = get_object_or_404(Organisation, slug=slug)
    statistics = insights.for_organisation(organisation)
    context = {"org": organisation, "statistics": statistics}
    version, write = (organisation.updated_at, statistics), partial(markdown.insights, organisation, statistics)
    return page(request, "papers/organisations/insights.html", context, version=version, markdown=write)


def figures(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Send the data of a chart as CSV."""
    organisation = get_object_or_404(Organisation, slug=slug)
    statistics = {statistic.key: statistic for statistic in insights.for_organisation(organisation)}
    if name not in statistics:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="{slug}-{name}.csv"'}
    return cached(request, HttpResponse(statistics[name].csv, content_type="text/csv; charset=utf-8", headers=headers))
