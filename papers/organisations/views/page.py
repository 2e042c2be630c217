from dataclasses import replace
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from orgs.models import Organisation
from orgs.roles import EDIT, Role
from papers import lists
from papers.lists.query import query_of
from papers.models import Collection, Item, OrganisationFollow
from papers.models.row import Row
from papers.organisations import markdown
from papers.organisations.lists import organisation as organisation_list

MEMBERS_SHOWN = 60
PAPERS_OF_A_SECTION = 5
_DRAFT = "You can't subscribe to a draft."


def org(request: HttpRequest, slug: str) -> HttpResponse:
    """An organisation's public page: who they are, their papers, their members."""
    found = get_object_or_404(Organisation, slug=slug)
    return draw(request, found, may_edit=found.allows(request.user, EDIT))


def draw(request: HttpRequest, found: Organisation, *, is_preview: bool = False, **more) -> HttpResponse:
    """The page of this organisation, which is a row of the database or a copy with its draft."""
    list_ = organisation_list(found.slug, found)
    if is_preview:
        list_ = replace(list_, no_feed=_DRAFT, no_letter=_DRAFT)
    featured, sections = _featured_and_sections(request, found, list_.papers(request.user))
    people = _people(found, request.user)
    follow = OrganisationFollow.objects.state(request.user, found)
    context = {"title": found.name, "org": found, "is_preview": is_preview, "follow": follow, "sections": sections}
    context |= {"featured": featured if "older" not in request.GET else []} | people | more
    members = [(member.role, str(member.user)) for member in people["members"]], people["is_owned"]
    collections = [(c.shown, [item.paper.cache_key for item in items]) for c, items in sections]
    version = (found.updated_at, found.news, follow, members, collections, [paper.cache_key for paper in featured])
    if featured:
        list_ = list_.restricted(lambda papers: papers.exclude(pk__in=[paper.pk for paper in featured]))
    template = "papers/organisations/organisation.html"
    above = partial(markdown.above, context)
    return lists.page(request, list_, template, version=version, above=above, **context)


def _people(found: Organisation, viewer) -> dict:
    """The members who let this viewer see them, and whether there is an owner at all."""
    members = list(found.memberships.shown_to(viewer).by_rank()[: MEMBERS_SHOWN + 1])
    return {
        "members": members[:MEMBERS_SHOWN],
        "more_members": len(members) > MEMBERS_SHOWN,
        "is_owned": any(member.role == Role.OWNER for member in members) or found.is_owned,
    }


def _featured_and_sections(request: HttpRequest, found: Organisation, papers) -> tuple[list[Row], list]:
    """The featured papers and the sections, which stand above the list unless it is filtered or exported.

    A later page of the list has no sections. The featured papers are read for it, too, since the list leaves them out.
    """
    if query_of(request).is_filtered or "export" in request.GET:
        return [], []
    featured = _featured(request, found, papers) if found.featured else []
    return featured, _sections(found) if found.sections and "older" not in request.GET else []


def _featured(request: HttpRequest, found: Organisation, papers) -> list[Row]:
    """The featured papers that still belong to the organisation, in its order."""
    return papers.rows_of(found.featured, request.user)


def _sections(found: Organisation) -> list[tuple[Collection, list[Item]]]:
    """The collections of its sections that are still public, in its order, with their first papers. Two statements."""
    collections = (
        Collection.objects.listed().select_related("organisation").filter(organisation=found).in_bulk(found.sections)
    )
    first = Item.objects.first_of(collections, PAPERS_OF_A_SECTION)
    return [(collections[pk], first.get(pk, [])) for pk in found.sections if pk in collections]
