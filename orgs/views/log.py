from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.factors import acts_as_moderator
from lib import keyset
from orgs.models import Organisation
from orgs.roles import SEE

LINES = 50


@login_required
def log(request: HttpRequest, slug: str) -> HttpResponse:
    """The log, the latest line first, shown to members and moderators."""
    organisation = get_object_or_404(Organisation, slug=slug)
    if not acts_as_moderator(request):
        organisation.demand(request.user, SEE)
    events = organisation.events.select_related("actor")
    page = keyset.page(events, ("created_at", "id"), request.GET.get("older", ""), LINES)
    return render(request, "orgs/log.html", {"org": organisation, "page": page})
