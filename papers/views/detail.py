"""A paper's own page."""

from functools import partial

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lib.http import page
from papers import citation, ranking
from papers.models import Paper
from papers.period import Period

AUTHORS_SHOWN = 20


def paper(request: HttpRequest, ref: tuple[str, int | None]) -> HttpResponse:
    """One paper; an unknown id is a 404 that offers to submit it."""
    arxiv_id, _version = ref
    papers = Paper.objects.seen_by(request.user).select_related("submitted_by")
    found = papers.filter(arxiv_id=arxiv_id).first()
    if found is None:
        return render(request, "papers/unknown_paper.html", {"arxiv_id": arxiv_id}, status=404)
    why = ranking.explain(found)
    return page(request, "papers/paper.html", _context(found, why), version=(found.face, str(found.submitted_by), why))


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
