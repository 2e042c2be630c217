from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from papers import lists
from papers.models import Collection, PersonFollow
from papers.people.lists import TABS


def person(request: HttpRequest, username: str, tab: str = "") -> HttpResponse:
    """A person's public page. What they hide is to others as if it were not."""
    found = get_object_or_404(get_user_model(), username=username, is_active=True)
    tab = tab or _first_tab(username, request.user)
    list_, follow = TABS[tab].make(username), PersonFollow.objects.state(request.user, found)
    if found == request.user and TABS[tab].is_hidden(found):
        list_ = list_.private()
    memberships = found.memberships.shown_to(request.user).select_related("organisation").order_by("organisation__name")
    collections = Collection.objects.public_of(found, to=request.user)
    profile = (found.username, str(found), found.about, found.links, found.portrait.name, follow)
    shown = [(m.role, m.organisation.updated_at) for m in memberships], [(c.pk, c.updated_at) for c in collections]
    context = {"person": found, "follow": follow, "tab": tab, "memberships": memberships, "collections": collections}
    context["tabs"] = TABS
    version = (profile, tab, shown)
    return lists.page(request, list_, "papers/people/person.html", version=version, title=str(found), **context)


def _first_tab(username: str, viewer) -> str:
    """The first tab that has papers for the viewer, or else the last one."""
    *before, last = TABS
    return next((tab for tab in before if TABS[tab].make(username).papers(viewer).exists()), last)
