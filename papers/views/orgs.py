from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from orgs.models import Organisation
from orgs.roles import EDIT, SEE, TAG, Role
from papers.models import OrganisationFollow, Paper
from papers.views.lists import show

MEMBERS_SHOWN = 60


def org(request: HttpRequest, slug: str) -> HttpResponse:
    """An organisation's public page: who they are, their papers, their members."""
    found = get_object_or_404(Organisation, slug=slug)
    deeds = found.deeds_of(request.user)
    follow = OrganisationFollow.objects.standing(request.user, found)
    members = list(found.memberships.shown_to(request.user).by_rank()[: MEMBERS_SHOWN + 1])
    context = {
        "title": found.name,
        "org": found,
        "follow": follow,
        "members": members[:MEMBERS_SHOWN],
        "more_members": len(members) > MEMBERS_SHOWN,
        "may_edit": EDIT in deeds,
        "may_tag": TAG in deeds,
        "may_see": SEE in deeds or (request.user.is_authenticated and request.user.is_moderator),
        "is_owned": any(member.role == Role.OWNER for member in members) or found.is_owned,
    }
    papers = Paper.objects.affiliated_with([found.pk])
    version = (found.updated_at, follow, [(member.role, str(member.user)) for member in members])
    return show(request, papers, context, template="papers/org.html", version=version, order="newest")
