from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from papers.parts import PARTS, first
from papers.views.lists import show


def person(request: HttpRequest, username: str, part: str = "") -> HttpResponse:
    """A person's public page. What they hide is to others as if it were not."""
    found = get_object_or_404(get_user_model(), username=username, is_active=True)
    part = part or first(found, request.user)
    chosen = PARTS[part]
    memberships = found.memberships.shown_to(request.user).select_related("organisation").order_by("organisation__name")
    context = {
        "title": str(found),
        "person": found,
        "part": part,
        "parts": PARTS,
        "memberships": memberships,
        "is_hidden": not found.shows(chosen.what, to=None),
    }
    shown = (found.username, str(found), found.about, found.links, found.portrait.name)
    version = (shown, part, [(membership.role, membership.organisation.updated_at) for membership in memberships])
    papers = chosen.seen(found, request.user)
    return show(request, papers, context, template="papers/person.html", version=version, **chosen.order)
