from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from papers import lists
from papers.models import Collection, PersonFollow
from papers.people.lists import TABS


def person(request: HttpRequest, username: str, tab: str = "") -> HttpResponse:
    """Show a person's page. To others, a hidden list looks like an empty one."""
    owner = get_object_or_404(get_user_model(), username=username, is_active=True)
    tab = tab or _first_tab(username, request.user)
    list_, follow = TABS[tab].make(username), PersonFollow.objects.state(request.user, owner)
    if owner == request.user and TABS[tab].is_hidden(owner):
        list_ = list_.private()
    memberships = owner.memberships.shown_to(request.user).select_related("organisation").order_by("organisation__name")
    collections = Collection.objects.public_of(owner, to=request.user)
    profile = (owner.username, str(owner), owner.about, owner.links, owner.portrait.name, follow)
    context = {"person": owner, "follow": follow, "tab": tab, "memberships": memberships, "collections": collections}
    context["person_tabs"] = TABS
    organisations = [(m.role, m.organisation.updated_at) for m in memberships]
    version = (profile, tab, organisations, [(c.pk, c.updated_at) for c in collections])
    return lists.page(request, list_, "papers/people/person.html", version=version, title=str(owner), **context)


def _first_tab(username: str, viewer) -> str:
    """Return the first tab that has papers for the viewer, or else the last one."""
    *tabs, last = TABS
    return next((tab for tab in tabs if TABS[tab].make(username).papers(viewer).exists()), last)
