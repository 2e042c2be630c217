from functools import partial

from django.contrib.auth import get_user_model
from django.db.models import Exists
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from papers import lists
from papers.discussion.comment_lists import by
from papers.discussion.views.listing import comment_list
from papers.models import Collection, PersonFollow
from papers.people import markdown
from papers.people.lists import TABS


def person(request: HttpRequest, username: str, tab: str = "") -> HttpResponse:
    """Show a person's page. To others, a hidden list looks like an empty one."""
    owner = _owner(username)
    if owner.is_suspended:
        return _suspended(request, owner)
    tab = tab or _first_tab(owner, request.user)
    list_ = TABS[tab].make(username, owner=owner)
    if owner == request.user and TABS[tab].is_hidden(owner):
        list_ = list_.private()
    context, version = _heading(request, owner, tab)
    context["title"] = str(owner)
    above = partial(markdown.above, context)
    return lists.page(request, list_, "papers/people/person.html", version=version, above=above, **context)


def comments(request: HttpRequest, username: str) -> HttpResponse:
    """Show a person's page with the comments, which are the same to everybody."""
    owner = _owner(username)
    if owner.is_suspended:
        return _suspended(request, owner)
    context, version = _heading(request, owner, "comments")
    above = partial(markdown.above, context)
    return comment_list(request, by(owner), "papers/people/comments.html", version=version, above=above, **context)


def _owner(username: str):
    """The person of this name, whose account is active or suspended."""
    return get_object_or_404(get_user_model().objects.exclude(is_active=False, suspension_reason=""), username=username)


def _suspended(request: HttpRequest, owner) -> HttpResponse:
    """What others see instead of the page of somebody whose account is suspended, to which their comments link."""
    return render(request, "papers/people/suspended.html", {"person": owner}, status=404)


def _heading(request: HttpRequest, owner, tab: str) -> tuple[dict, tuple]:
    """Return the context of what stands above the lists of a person, and a value for the ETag of its page."""
    follow = PersonFollow.objects.state(request.user, owner)
    memberships = owner.memberships.shown_to(request.user).select_related("organisation").order_by("organisation__name")
    collections = Collection.objects.public_of(owner, to=request.user)
    profile = (owner.username, str(owner), owner.about, owner.links, owner.portrait.name, follow)
    context = {"person": owner, "follow": follow, "tab": tab, "memberships": memberships, "collections": collections}
    context["person_tabs"] = [*TABS, "comments"]
    organisations = [(m.role, m.organisation.updated_at) for m in memberships]
    return context, (profile, tab, organisations, [(c.pk, c.updated_at) for c in collections])


def _first_tab(owner, viewer) -> str:
    """Return the first tab that has papers for the viewer, or else the last one."""
    *tabs, last = TABS
    papers = [TABS[tab].make(owner.username, owner=owner).papers(viewer) for tab in tabs]
    have_papers = get_user_model().objects.filter(pk=owner.pk).values_list(*map(Exists, papers)).get()
    return next((tab for tab, has_papers in zip(tabs, have_papers, strict=True) if has_papers), last)
