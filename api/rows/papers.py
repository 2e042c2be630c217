"""Papers as JSON, in the Hub's shapes, with what is ours beside them.

What does not exist is left out, as at the Hub. Its client reads some fields from a row and others from the paper in it,
so a row also has what its paper has.
"""

from collections.abc import Collection, Iterator
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
    return [_daily_row(*found) for found in _read(pks, viewer)]


def papers(pks: Collection[int], viewer) -> list[dict]:
    """The same papers, flat, as `/api/papers` has them."""
    return [_paper(*found) for found in _read(pks, viewer)]


def detail(pk: int, viewer) -> dict | None:
    """The paper with this key as `/api/papers/{id}` has it, or None if it does not exist."""
    for found in papers([pk], viewer):
        linked = repositories(pk)
        return found | {
            "linkedModels": linked["models"],
            "numTotalModels": len(linked["models"]),
            "linkedDatasets": linked["datasets"],
            "numTotalDatasets": len(linked["datasets"]),
            "linkedSpaces": linked["spaces"],
            "numTotalSpaces": len(linked["spaces"]),
        }
    return None


def repositories(pk: int) -> dict[str, list[dict]]:
    """The models, datasets and demos of the paper with this key."""
    return {"models": [], "datasets": [], "spaces": []}


def _read(pks: Collection[int], viewer) -> Iterator[tuple[Summary, Credit, Row | None]]:
    """What is written of each of the papers, with the bits of a viewer who is signed in."""
    found, marks = summaries(pks), {}
    credits = credits_of(found)
    if viewer.is_authenticated:
        marks = {row.pk: row for row in Paper.objects.filter(pk__in=found).rows(viewer)}
    for pk, summary in found.items():
        yield summary, credits[pk], marks.get(pk)


def _daily_row(summary: Summary, credit: Credit, marks: Row | None) -> dict:
    """A row, whose own `publishedAt` is the time of the listing, and that of its paper the time at arXiv."""
    flat = _paper(summary, credit, marks)
    return {name: value for name, value in flat.items() if name != "authors"} | {
        "paper": flat,
        "publishedAt": moment(summary.listed_at if summary.is_listed else summary.published_at),
        "thumbnail": share_card(summary.path),
        "submittedBy": user(credit.submitter) if credit.submitter else site(),
        "isAuthorParticipating": credit.has_author_comment,
    }


def _paper(summary: Summary, credit: Credit, marks: Row | None) -> dict:
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
