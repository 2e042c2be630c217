"""A paper's own page."""

from collections import Counter
from collections.abc import Callable
from functools import cache, partial

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import Truncator

from lib.pages import PUBLIC_SECONDS, markdown_page, page
from lib.tex import plain
from papers import identifiers, lists
from papers.detail import markdown, statement
from papers.detail.lists import similar as similar_list
from papers.detail.statement import PaperDetail
from papers.detail.versions import changes as version_changes
from papers.detail.versions import corrections as corrections_of
from papers.discussion import thread
from papers.discussion.views import reading
from papers.models import Artefact, LinkSource, Paper, VoteState
from papers.paper import citation
from papers.paper.removed import removed
from papers.paper.summary import WITHDRAWN, summarise
from papers.period import Period

AUTHORS_SHOWN, OF_A_KIND_SHOWN, MAX_DESCRIPTION = 20, 4, 200


def paper(request: HttpRequest, ref: tuple[str, int | None], *, is_markdown: bool = False) -> HttpResponse:
    """One paper, or the same as Markdown; an unknown id is a 404 that offers to submit it."""
    detail = statement.find(ref[0], request.user)
    if detail is None:
        return _unknown(request, ref[0])
    found, lister = detail.paper, markdown.lister(detail, request.user)
    shown = thread.read(request.user, found) if detail.has_comments else thread.EMPTY
    discussion, comments = reading.section(request, found, shown, detail.follow, detail.other_sites)
    named = lister and (lister.username, str(lister))
    badges = [(org.slug, org.name, org.logo.name, org.verified) for org in detail.organisations]
    version = (found.pk, found.revision, detail.claimants, detail.why, named, badges, detail.similar, comments)
    version += (detail.ai_text and detail.ai_text.summary,)  # which the settings may hide
    seconds = reading.FRESH if shown.nodes else PUBLIC_SECONDS
    write = partial(markdown.page, detail, request.user, shown)
    if is_markdown:
        return markdown_page(request, write, version=version, seconds=seconds)
    context = _context(detail) | discussion | {"lister": lister, **_standing(detail, request.user)}
    return page(request, "papers/detail/paper.html", context, version=version, seconds=seconds, markdown=write)


def similar(request: HttpRequest, ref: tuple[str, int | None]) -> HttpResponse:
    """The papers that are most like this one, as a list with all that lists have."""
    try:
        list_ = similar_list(ref)
    except Http404:
        return _unknown(request, ref[0])
    paper = list_.similar_to
    above = partial(markdown.similar_to, paper)
    return lists.page(request, list_, "papers/detail/similar.html", version=paper.cache_key, above=above, paper=paper)


def versions(request: HttpRequest, ref: tuple[str, int | None]) -> HttpResponse:
    """What changed from version to version of the paper, and what its authors have corrected."""
    paper = Paper.objects.filter(arxiv_id=ref[0]).first()
    if paper is None:
        return _unknown(request, ref[0])
    changes = cache(lambda: version_changes(paper))  # only if the page is drawn
    corrections = corrections_of(paper)
    context = {"paper": paper, "changes": changes, "corrections": corrections}
    version = (paper.pk, paper.revision, [(row.pk, str(row.actor)) for row in corrections])
    write = partial(_versions, paper, changes, corrections)
    return page(request, "papers/detail/versions.html", context, version=version, markdown=write)


def _versions(paper: Paper, changes: Callable, corrections: list) -> str:
    return markdown.versions(paper, changes(), corrections)


def _unknown(request: HttpRequest, arxiv_id: str) -> HttpResponse:
    unknown = partial(render, request, "papers/detail/unknown_paper.html", {"arxiv_id": arxiv_id}, status=404)
    return removed(request, arxiv_id) or unknown()


def _standing(detail: PaperDetail, viewer) -> dict[str, bool]:
    """What the viewer is to the paper, so that the page offers what they may change."""
    is_author = any(claimant.username == viewer.get_username() for claimant in detail.claimants)
    is_moderator = viewer.is_authenticated and viewer.is_moderator
    is_submitter = viewer.is_authenticated and detail.paper.submitted_by_id == viewer.pk
    return {
        "is_author": is_author,
        "changes_artefacts": is_author or is_submitter or is_moderator,
        "changes_ai_text": is_author or is_moderator,
    }


def _description(paper: Paper) -> str:
    """What search engines and other sites show of the paper below its title."""
    text = f"{WITHDRAWN if paper.withdrawn_at else ''} {plain(paper.abstract)}"
    return Truncator(text.strip()).chars(MAX_DESCRIPTION)


def _authors(detail: PaperDetail) -> dict:
    lines = detail.author_lines
    return {
        "authors": lines[:AUTHORS_SHOWN],
        "more_authors": lines[AUTHORS_SHOWN:],
        "former_authors": detail.former_authors,
        "claimants_key": repr(detail.claimants),
    }


def _related(detail: PaperDetail) -> dict:
    """Data that is stored in other tables than the paper's."""
    shown, more = _first_of_each_kind(detail.artefacts)
    return {
        "organisations": detail.organisations,
        "offers": detail.offers,
        "ai_text": detail.ai_text,
        "artefacts": shown,
        "more_artefacts": more,
        "has_imported": any(row.source == LinkSource.IMPORT for row in detail.artefacts),
        "has_added": any(row.source != LinkSource.IMPORT for row in detail.artefacts),
    }


def _first_of_each_kind(artefacts: list[Artefact]) -> tuple[list[Artefact], list[Artefact]]:
    """Returns those that are shown at once, in the order in which they come, and the others."""
    shown, more, numbers = [], [], Counter()
    for row in artefacts:
        numbers[row.kind] += 1
        (shown if numbers[row.kind] <= OF_A_KIND_SHOWN else more).append(row)
    return shown, more


def _context(detail: PaperDetail) -> dict:
    paper = detail.paper
    summary = cache(lambda: summarise(paper, detail.authors))  # only if the page is drawn
    return {
        "paper": paper,
        "has_changes": detail.has_changes,
        "similar": detail.similar,
        "why": detail.why,
        "vote_remark": detail.vote_state and VoteState(detail.vote_state).remark,
        **_authors(detail),
        **_related(detail),
        "day": Period.day(paper.listed_on),
        "reading_urls": identifiers.reading_urls(paper.arxiv_id),
        "canonical": settings.BASE_URL + paper.get_absolute_url(),
        "description": lambda: _description(paper),
        "citation_authors": lambda: citation.citation_authors(summary()),
        "citation_keywords": "; ".join(paper.topics),
        "bibtex": lambda: citation.bibtex(summary()),
    }
