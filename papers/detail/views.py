"""A paper's own page."""

from contextlib import suppress
from functools import partial

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lib.http import page
from papers import ranking
from papers.lists.views.general import searches_limited, show
from papers.models import Paper
from papers.organisations.views import affiliations
from papers.paper import citation
from papers.period import Period
from papers.search import results

AUTHORS_SHOWN = 20
SIMILAR_SHOWN = 8


def paper(request: HttpRequest, ref: tuple[str, int | None]) -> HttpResponse:
    """One paper; an unknown id is a 404 that offers to submit it."""
    arxiv_id, _version = ref
    papers = Paper.objects.seen_by(request.user).select_related("submitted_by")
    found = papers.filter(arxiv_id=arxiv_id).first()
    if found is None:
        return _unknown(request, arxiv_id)
    why, similar, lister = ranking.explain(found), _similar(found), _lister(found, request.user)
    organisations = [pair.organisation for pair in found.affiliations.accepted().select_related("organisation")]
    named = lister and (lister.username, str(lister))
    shown = named, [(org.pk, org.updated_at) for org in organisations], [other.face for other in similar]
    context = {
        "similar": similar,
        "lister": lister,
        "organisations": organisations,
        "offers": affiliations.offers(request.user, found),
        **_context(found, why),
    }
    return page(request, "papers/detail/paper.html", context, version=(found.face, why, shown))


@searches_limited
def similar(request: HttpRequest, ref: tuple[str, int | None]) -> HttpResponse:
    """The papers that are most like this one, as a list with all that lists have."""
    found = Paper.objects.filter(arxiv_id=ref[0]).first()
    if found is None:
        return _unknown(request, ref[0])
    context = {"title": f"Similar to {found.title}", "paper": found}
    return show(
        request, Paper.objects.all(), context, template="papers/detail/similar.html", version=found.face, like=found
    )


def _unknown(request: HttpRequest, arxiv_id: str) -> HttpResponse:
    return render(request, "papers/detail/unknown_paper.html", {"arxiv_id": arxiv_id}, status=404)


def _lister(paper: Paper, viewer):
    """Who submitted the paper, if they let the viewer see it."""
    person = paper.submitted_by
    return person if person and person.shows("submissions", to=viewer) else None


def _similar(paper: Paper) -> list[Paper]:
    """The nearest first; none if they take too long to find, for which nobody should miss the paper itself."""
    with suppress(results.TooSlow):
        nearest = [hit.pk for hit in results.like(paper, Paper.objects.all()).hits[:SIMILAR_SHOWN]]
        papers = Paper.objects.select_related("organisation").in_bulk(nearest)
        return [papers[pk] for pk in nearest if pk in papers]
    return []


def _context(paper: Paper, why: ranking.Explanation) -> dict:
    authors = list(paper.authors.values_list("name", flat=True))
    return {
        "paper": paper,
        "all_authors": authors,
        "authors": authors[:AUTHORS_SHOWN],
        "more_authors": authors[AUTHORS_SHOWN:],
        "day": Period.day(paper.listed_on),
        "canonical": settings.BASE_URL + paper.get_absolute_url(),
        "why": why,
        "bibtex": partial(citation.bibtex, paper, authors),
    }
