"""A paper's own page."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lib.http import page
from papers import citation, ranking
from papers.models import Paper
from papers.period import Period

AUTHORS_SHOWN = 20


def paper(request: HttpRequest, ref: tuple[str, int | None]) -> HttpResponse:
    arxiv_id, _version = ref
    found = (
        Paper.objects.seen_by(request.user)
        .select_related("organisation", "submitted_by")
        .filter(arxiv_id=arxiv_id)
        .first()
    )
    if found is None:
        return render(request, "papers/unknown_paper.html", {"arxiv_id": arxiv_id}, status=404)
    authors = list(found.authors.values_list("name", flat=True))
    explanation = ranking.explain(found)
    context = {
        "paper": found,
        "authors": authors[:AUTHORS_SHOWN],
        "more_authors": authors[AUTHORS_SHOWN:],
        "all_authors": authors,
        "day": Period.day(found.listed_on),
        "canonical": settings.BASE_URL + found.get_absolute_url(),
        "why": explanation,
        "bibtex": citation.bibtex(found, authors),
    }
    return page(request, "papers/paper.html", context, version=(found.face, explanation))
