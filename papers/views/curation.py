"""What admins of an organisation see of its draft: the whole page, and its featured papers to arrange."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from lib.http import BadInput, verb
from orgs.models import Organisation
from orgs.models.curated import MOST_FEATURED
from orgs.views import editable
from papers import identifiers
from papers.models import Paper
from papers.views.orgs import draw

OFFERED = 30


@login_required
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    return draw(request, editable(request, slug).drafted(), is_preview=True)


@login_required
def featured(request: HttpRequest, slug: str) -> HttpResponse:
    """The featured papers of the draft, to arrange; beneath them the organisation's newest others."""
    organisation = editable(request, slug).drafted()
    theirs = _papers(organisation)
    chosen = theirs.in_bulk(organisation.featured)
    context = {
        "org": organisation,
        "featured": [chosen[pk] for pk in organisation.featured if pk in chosen],
        "offered": theirs.exclude(pk__in=organisation.featured).order_by("-listed_at", "-pk")[:OFFERED],
        "most": MOST_FEATURED,
    }
    return render(request, "papers/featured.html", context)


@verb
def feature(request: HttpRequest, slug: str) -> HttpResponse:
    """A paper of the organisation's, by anything that names it on arXiv."""
    organisation = editable(request, slug)
    paper = _named(organisation, request.POST.get("paper", ""))
    organisation.feature(paper.pk, request.user)
    return _back(organisation, paper)


@verb
def unfeature(request: HttpRequest, slug: str, ref) -> HttpResponse:
    organisation = editable(request, slug)
    paper = get_object_or_404(Paper, arxiv_id=ref[0])
    organisation.unfeature(paper.pk, request.user)
    return _back(organisation)


@verb
def move_featured(request: HttpRequest, slug: str, ref) -> HttpResponse:
    """To the place that the button names, from 0: so twice is once."""
    organisation = editable(request, slug)
    paper = get_object_or_404(Paper, arxiv_id=ref[0])
    place = request.POST.get("place", "")
    if not place.isdecimal():
        raise BadInput("A place is a number, from 0.")
    organisation.move_featured(paper.pk, int(place[:4]), request.user)
    return _back(organisation, paper)


def _papers(organisation: Organisation):
    return Paper.objects.filter(organisation=organisation)


def _named(organisation: Organisation, text: str) -> Paper:
    try:
        arxiv_id, _ = identifiers.parse(text)
    except ValueError as error:
        raise BadInput(str(error)) from None
    paper = _papers(organisation).filter(arxiv_id=arxiv_id).first()
    if paper is None:
        raise BadInput(f"{arxiv_id} is not among the papers of {organisation}. Only those can be featured.")
    return paper


def _back(organisation: Organisation, paper: Paper | None = None) -> HttpResponse:
    address = reverse("papers:featured", args=[organisation.slug])
    return redirect(f"{address}#featured-{paper.pk}" if paper else address)
