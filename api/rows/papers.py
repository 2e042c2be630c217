"""Papers as JSON, in the Hub's shapes, with what is ours beside them.

What does not exist is left out, as at the Hub. Its client reads some fields from a row and others from the paper in it,
so a row also has what its paper has.
"""

from collections.abc import Collection
from dataclasses import asdict

from api.rows.people import organisation, site, user
from api.rows.values import moment, object_id, present, share_card
from papers.ingest.repositories import REPOSITORY
from papers.models import LinkSource, Paper
from papers.models.authorclaim import AuthorClaim
from papers.models.row import Row
from papers.paper.credit import Credit, credits_of
from papers.paper.summary import Summary, summaries


def daily_rows(pks: Collection[int], viewer) -> list[dict]:
    """The papers with these keys as rows of `/api/daily_papers`, in this order, without those that do not exist.

    They hold what everybody may see and, if the viewer is signed in, the viewer's own marks. At most five statements,
    and one for these marks.
    """
    papers = summaries(pks)
    credit, marks = credits_of(papers), marks_of(papers, viewer)
    return [daily_row(paper, credit[pk], marks.get(pk)) for pk, paper in papers.items()]


def marks_of(pks: Collection[int], viewer) -> dict[int, Row]:
    """The papers with the bits of a viewer who is signed in, by their keys."""
    if not viewer.is_authenticated:
        return {}
    return {row.pk: row for row in Paper.objects.filter(pk__in=pks).rows(viewer)}


def daily_row(summary: Summary, credit: Credit, marks: Row | None = None) -> dict:
    """A row, whose own `publishedAt` is the time of the listing, and that of its paper the time at arXiv."""
    flat = paper(summary, credit, marks)
    return {name: value for name, value in flat.items() if name != "authors"} | {
        "paper": flat,
        "publishedAt": moment(summary.listed_at if summary.is_listed else summary.published_at),
        "thumbnail": share_card(summary.path),
        "submittedBy": user(credit.submitter) if credit.submitter else site(),
        "isAuthorParticipating": credit.has_author_comment,
    }


def paper(summary: Summary, credit: Credit, marks: Row | None = None) -> dict:
    """A paper, as `/api/papers/{id}` has it, without models, datasets and demos."""
    return present(
        {
            "id": summary.arxiv_id,
            "title": summary.title,
            "summary": summary.abstract,
            "authors": _authors(summary, credit.claims),
            "publishedAt": moment(summary.published_at),
            "submittedOnDailyAt": moment(summary.listed_at) if summary.is_listed else None,
            "submittedOnDailyBy": user(credit.submitter) if credit.submitter else None,
            "upvotes": summary.vote_count,
            "numComments": summary.comment_count,
            "discussionId": object_id(summary.pk),
            "source": "arxiv",
            "mediaUrls": list(summary.media_urls) or None,
            "projectPage": summary.project_url or None,
            "organization": organisation(summary.badge) if summary.badge else None,
            "withdrawnAt": moment(summary.withdrawn_at) if summary.withdrawn_at else None,
            **_repository(summary),
            **_ours(summary),
            "upvoted": marks and marks.voted,
            "bookmarked": marks and marks.saved,
        }
    )


def _authors(summary: Summary, claims: dict[int, AuthorClaim]) -> list[dict]:
    return [
        {"_id": object_id(summary.pk, position), "name": name, "hidden": False}
        | (_claimed(claims[position]) if position in claims else {})
        for position, name in enumerate(summary.authors)
    ]


def _claimed(claim: AuthorClaim) -> dict:
    return {
        "user": user(claim.user),
        "status": "claimed_verified",
        "statusLastChangedAt": moment(claim.decided_at),
    }


def _repository(summary: Summary) -> dict:
    """The Hub's fields of the repository, which it has on GitHub only."""
    if not REPOSITORY.fullmatch(summary.code_url):
        return {}
    is_found = summary.code_source in (LinkSource.IMPORT, LinkSource.AUTOMATIC)
    return {
        "githubRepo": summary.code_url,
        "githubRepoAddedBy": "auto" if is_found else "user",
        "githubStars": summary.code_stars,
    }


def _ours(summary: Summary) -> dict:
    """What the Hub does not have."""
    return {
        "url": summary.url,
        "version": summary.version,
        "isListed": summary.is_listed,
        "categories": list(summary.categories),
        "keywords": list(summary.keywords),
        "codeUrl": summary.code_url or None,
        "codeState": summary.code_state.value if summary.code_url else None,
        "codeLicence": summary.code_licence or None,
        "reproductions": asdict(summary.reproduction),
    }
