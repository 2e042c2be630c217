from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from papers import lists
from papers.models import Collection, PersonFollow
from papers.people.lists import TABS


def person(request: HttpRequest, username: str, tab: str = "") -> HttpResponse:
    """Show a person's page. To others, a hidden list looks like an empty one."""
    owner = get_object_or_404(get_user_model(), username=username, is_active=True)
    tab = tab or _first_tab(owner, request.user)
    list_, follow = TABS[tab].make(username, owner=owner), PersonFollow.objects.state(request.user, owner)
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


def _first_tab(owner, viewer) -> str:
    """Return the first tab that has papers for the viewer, or else the last one."""
    *tabs, last = TABS
    lists_of_tabs = {tab: TABS[tab].make(owner.username, owner=owner) for tab in tabs}
    return next((tab for tab, list_ in lists_of_tabs.items() if list_.papers(viewer).exists()), last)
