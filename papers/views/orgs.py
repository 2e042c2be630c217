from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from orgs.models import Organisation
from orgs.roles import EDIT
from papers import listing
from papers.models import Paper
from papers.views.lists import show

MEMBERS_SHOWN = 60


def org(request: HttpRequest, slug: str) -> HttpResponse:
    """An organisation's public page: who they are, their papers, their members."""
    found = get_object_or_404(Organisation, slug=slug)
    return draw(request, found, may_edit=found.allows(request.user, EDIT))


def draw(request: HttpRequest, found: Organisation, **more) -> HttpResponse:
    """The page of this organisation as it stands here: published, or with its draft laid upon it."""
    members = list(found.memberships.by_rank()[: MEMBERS_SHOWN + 1])
    papers = Paper.objects.filter(organisation=found)
    featured = []
    if found.featured and not listing.read(request.GET).is_filtered and "export" not in request.GET:
        featured = _featured(request, found)
        papers = papers.exclude(pk__in=[paper.pk for paper in featured])
    context = {
        "title": found.name,
        "org": found,
        "featured": [] if "older" in request.GET else featured,
        "members": members[:MEMBERS_SHOWN],
        "more_members": len(members) > MEMBERS_SHOWN,
    } | more
    faces = [paper.face for paper in featured]
    version = (found.updated_at, found.news, faces, [(member.role, str(member.user)) for member in members])
    return show(request, papers, context, template="papers/org.html", version=version, order="newest")


def _featured(request: HttpRequest, found: Organisation) -> list[Paper]:
    """Those that are still the organisation's, in its order."""
    theirs = Paper.objects.filter(organisation=found).seen_by(request.user).narrow(()).in_bulk(found.featured)
    return [theirs[pk] for pk in found.featured if pk in theirs]
