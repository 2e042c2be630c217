from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from papers.lists.views.general import searches_limited, show
from papers.models import Collection, PersonFollow
from papers.people.tabs import PARTS, first


@searches_limited
def person(request: HttpRequest, username: str, part: str = "") -> HttpResponse:
    """A person's public page. What they hide is to others as if it were not."""
    found = get_object_or_404(get_user_model(), username=username, is_active=True)
    part = part or first(found, request.user)
    chosen, follow = PARTS[part], PersonFollow.objects.standing(request.user, found)
    memberships = found.memberships.shown_to(request.user).select_related("organisation").order_by("organisation__name")
    collections = Collection.objects.public_of(found, to=request.user)
    context = {
        "title": str(found),
        "person": found,
        "follow": follow,
        "part": part,
        "parts": PARTS,
        "memberships": memberships,
        "collections": collections,
        "needs_key": found == request.user and not found.shows(chosen.what, to=None),
    }
    shown = (found.username, str(found), found.about, found.links, found.portrait.name, follow)
    theirs = [(m.role, m.organisation.updated_at) for m in memberships], [(c.pk, c.updated_at) for c in collections]
    papers, how = chosen.seen(found, request.user), {"version": (shown, part, theirs), "seconds": 0} | chosen.order
    path = reverse(f"papers:person_{part}", args=[found.username])
    return show(request, papers, context, template="papers/people/person.html", path=path, **how)
