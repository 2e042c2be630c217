from django.http import HttpRequest, HttpResponse

from lib.pages import page
from lib.text import one_line
from papers.lists.pages import limit_searches
from papers.models import OrganisationEntry

MAX_FOUND = 20


def find(request: HttpRequest) -> HttpResponse:
    """The organisations whose names contain what is typed into the filter's field, as options for it."""
    limit_searches(request)
    words = one_line(request.GET.get("org", ""))
    entries = OrganisationEntry.objects.containing(words).order_by("-verified", "-paper_count", "pk")
    found = list(entries.values_list("organisation__slug", "organisation__name")[:MAX_FOUND]) if words else []
    return page(request, "papers/lists/organisations.html", {"organisations": found}, version=found)
