from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from orgs.models import Organisation
from orgs.roles import EDIT, MAY, SEE, Role
from papers.models import Paper
from papers.views.lists import show

MEMBERS_SHOWN = 60


def org(request: HttpRequest, slug: str) -> HttpResponse:
    """An organisation's public page: who they are, their papers, their members."""
    found = get_object_or_404(Organisation, slug=slug)
    members = list(found.memberships.by_rank()[: MEMBERS_SHOWN + 1])
    may = MAY.get(found.role_of(request.user), ())
    context = {
        "title": found.name,
        "org": found,
        "members": members[:MEMBERS_SHOWN],
        "more_members": len(members) > MEMBERS_SHOWN,
        "may_edit": EDIT in may,
        "may_see": SEE in may or (request.user.is_authenticated and request.user.is_moderator),
        "is_owned": bool(members) and members[0].role == Role.OWNER,
    }
    papers = Paper.objects.filter(organisation=found)
    version = (found.updated_at, [(member.role, str(member.user)) for member in members])
    return show(request, papers, context, template="papers/org.html", version=version, order="newest")
