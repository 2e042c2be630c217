from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from orgs.models import Organisation
from orgs.roles import EDIT
from papers.models import Paper
from papers.views.lists import show

MEMBERS_SHOWN = 60


def org(request: HttpRequest, slug: str) -> HttpResponse:
    """An organisation's public page: who they are, their papers, their members."""
    found = get_object_or_404(Organisation, slug=slug)
    members = list(found.memberships.shown_to(request.user).by_rank()[: MEMBERS_SHOWN + 1])
    context = {
        "title": found.name,
        "org": found,
        "members": members[:MEMBERS_SHOWN],
        "more_members": len(members) > MEMBERS_SHOWN,
        "may_edit": found.allows(request.user, EDIT),
    }
    papers = Paper.objects.filter(organisation=found)
    version = (found.updated_at, [(member.role, str(member.user)) for member in members])
    return show(request, papers, context, template="papers/org.html", version=version, order="newest")
