"""A paper's own page."""

from contextlib import suppress
from functools import cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from lib.pages import PUBLIC_SECONDS, page
from papers import lists, ranking
from papers.detail.lists import similar as similar_list
from papers.discussion.views import reading
from papers.models import Paper
from papers.organisations.views import affiliations
from papers.paper import citation
from papers.paper.summary import Summary, summaries, summarise
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
    owners = [(org.pk, org.updated_at) for org in organisations]
    context = {
        "similar": similar,
        "lister": lister,
        "organisations": organisations,
        "offers": affiliations.offers(request.user, found),
        **_context(found, why),
    }
    discussion, comments = reading.section(request, found)
    version = (found.cache_key, why, named, owners, similar, comments)
    seconds = reading.FRESH if discussion["thread"].nodes else PUBLIC_SECONDS
    return page(request, "papers/detail/paper.html", context | discussion, version=version, seconds=seconds)


def similar(request: HttpRequest, ref: tuple[str, int | None]) -> HttpResponse:
    """The papers that are most like this one, as a list with all that lists have."""
    try:
        list_ = similar_list(ref)
    except Http404:
        return _unknown(request, ref[0])
    paper = list_.similar_to
    return lists.page(request, list_, "papers/detail/similar.html", version=paper.cache_key, paper=paper)


def _unknown(request: HttpRequest, arxiv_id: str) -> HttpResponse:
    return render(request, "papers/detail/unknown_paper.html", {"arxiv_id": arxiv_id}, status=404)


def _lister(paper: Paper, viewer):
    """Who submitted the paper, if they let the viewer see it."""
    person = paper.submitted_by
    return person if person and person.shows("submissions", to=viewer) else None


def _similar(paper: Paper) -> list[Summary]:
    """The nearest first; none if they take too long to find, for which nobody should miss the paper itself."""
    with suppress(results.TooSlow):
        nearest = [hit.pk for hit in results.similar(paper, Paper.objects.all()).hits[:SIMILAR_SHOWN]]
        return list(summaries(nearest, 0).values())
    return []


def _context(paper: Paper, why: ranking.Explanation) -> dict:
    authors = list(paper.authors.all())
    summary = cache(lambda: summarise(paper, authors))  # only if the page is drawn
    return {
        "paper": paper,
        "citation_authors": lambda: citation.citation_authors(summary()),
        "authors": authors[:AUTHORS_SHOWN],
        "more_authors": authors[AUTHORS_SHOWN:],
        "day": Period.day(paper.listed_on),
        "canonical": settings.BASE_URL + paper.get_absolute_url(),
        "why": why,
        "bibtex": lambda: citation.bibtex(summary()),
    }
