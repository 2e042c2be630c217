"""Papers as JSON, in the Hub's shapes, with what is ours beside them.

What does not exist is left out, as at the Hub. Its client reads some fields from a row and others from the paper in it,
so a row also has what its paper has.
"""

from collections.abc import Collection, Iterator
from dataclasses import asdict

from django.conf import settings

from api.rows.counts import by_site
from api.rows.people import imported, organisation, site, user
from api.rows.values import moment, object_id, present, share_card
from papers.ingest.repositories import REPOSITORY
from papers.models import AiText, Artefact, LinkSource, Paper, SiteCount
from papers.models.artefact import ArtefactKind
from papers.models.authorclaim import AuthorClaim
from papers.models.row import Row
from papers.paper.credit import Credit, credits_of
from papers.paper.summary import Summary, summaries

_KINDS = {ArtefactKind.MODEL: "models", ArtefactKind.DATASET: "datasets", ArtefactKind.DEMO: "spaces"}


def daily_rows(pks: Collection[int], viewer) -> list[dict]:
    """The papers with these keys as rows of `/api/daily_papers`, in this order, without those that do not exist.

    They hold what everybody may see and, if the viewer is signed in, the viewer's own marks. At most eight statements,
    and one for these marks.
    """
    return list(rows_by_key(pks, viewer).values())


def rows_by_key(pks: Collection[int], viewer) -> dict[int, dict]:
    """The same rows by the keys of their papers."""
    return {found[0].pk: _daily_row(*found) for found in _read(pks, viewer)}


def papers(pks: Collection[int], viewer) -> list[dict]:
    """The same papers, flat, as `/api/papers` has them."""
    return [_paper(*found) for found in _read(pks, viewer)]


def linked(repositories: dict[str, list[dict]]) -> dict:
    """What `/api/papers/{id}` has of a paper's models, datasets and demos besides its other fields."""
    lists = {f"linked{kind.title()}": rows for kind, rows in repositories.items()}
    return lists | {f"numTotal{kind.title()}": len(rows) for kind, rows in repositories.items()}


def repositories(pks: Collection[int]) -> dict[int, dict[str, list[dict]]]:
    """The models, datasets and demos of the papers with these keys, those with most likes first. One statement."""
    found = {pk: {kind: [] for kind in _KINDS.values()} for pk in pks}
    for row in Artefact.objects.kept().filter(paper__in=found).most_liked_first():
        found[row.paper_id][_KINDS[row.kind]].append(_repository_row(row))
    return found


def _repository_row(row: Artefact) -> dict:
    owner, slash, _ = row.name.partition("/")
    values = {"id": row.name, "author": owner if slash else None, "likes": row.likes, "downloads": row.downloads}
    return present(values | {"private": False, "url": row.url, "addedBy": row.source})


def _read(pks: Collection[int], viewer) -> Iterator[tuple[Summary, dict, Credit, AiText | None, Row | None]]:
    """What is written of each of the papers, with its numbers by site, and the bits of a viewer who is signed in."""
    found, texts, marks = summaries(pks), {}, {}
    credits, sites = credits_of(found), SiteCount.objects.by_paper(pks)
    if settings.SHOW_AI_TEXT:
        texts = AiText.objects.shown().in_bulk(found)
    if viewer.is_authenticated:
        marks = {row.pk: row for row in Paper.objects.filter(pk__in=found).rows(viewer)}
    for pk, summary in found.items():
        counts = by_site(summary, sites.get(pk, {}), is_of_hub=credits[pk].origin is not None)
        yield summary, counts, credits[pk], texts.get(pk), marks.get(pk)


def _daily_row(summary: Summary, counts: dict, credit: Credit, text: AiText | None, marks: Row | None) -> dict:
    """A row, whose own `publishedAt` is the time of the listing, and that of its paper the time at arXiv."""
    flat = _paper(summary, counts, credit, text, marks)
    return {name: value for name, value in flat.items() if name != "authors"} | {
        "paper": flat,
        "publishedAt": moment(summary.listed_at if summary.is_listed else summary.published_at),
        "thumbnail": share_card(summary.path),
        "submittedBy": _submitter(credit) or site(),
        "isAuthorParticipating": credit.has_author_comment,
    }


def _paper(summary: Summary, counts: dict, credit: Credit, text: AiText | None, marks: Row | None) -> dict:
    return present(
        {
            "id": summary.arxiv_id,
            "title": summary.title,
            "summary": summary.abstract,
            "authors": _authors(summary, credit.claims),
            "publishedAt": moment(summary.published_at),
            "submittedOnDailyAt": moment(summary.listed_at) if summary.is_listed else None,
            "submittedOnDailyBy": _submitter(credit),
            "upvotes": summary.vote_count,
            "numComments": summary.comment_count,
            "discussionId": (credit.origin and credit.origin.discussion_id) or object_id(summary.pk),
            "source": "arxiv",
            "mediaUrls": list(summary.media_urls) or None,
            "projectPage": summary.project_url or None,
            "organization": organisation(summary.badge) if summary.badge else None,
            "withdrawnAt": moment(summary.withdrawn_at) if summary.withdrawn_at else None,
            **_repository(summary, credit),
            **(_ai_text(text) if text else {}),
            **_ours(summary),
            **counts,
            "upvoted": marks and marks.voted,
            "bookmarked": marks and marks.saved,
        }
    )


def _authors(summary: Summary, claims: dict[int, AuthorClaim]) -> list[dict]:
    return [
        {"_id": object_id(summary.pk, position), "name": name, "hidden": False}
        | {part: text for part, text in details._asdict().items() if text}
        | (_claimed(claims[position]) if position in claims else {})
        for position, (name, details) in enumerate(zip(summary.authors, summary.author_details, strict=True))
    ]


def _claimed(claim: AuthorClaim) -> dict:
    return {
        "user": user(claim.user),
        "status": "claimed_verified",
        "statusLastChangedAt": moment(claim.decided_at),
    }


def _submitter(credit: Credit) -> dict | None:
    """Who submitted the paper here or, if it was imported, at its source."""
    if credit.submitter:
        return user(credit.submitter)
    origin = credit.origin
    if origin and origin.submitter_username:
        return imported(origin.submitter_name, origin.submitter_username, origin.submitter_avatar)
    return None


def _repository(summary: Summary, credit: Credit) -> dict:
    """The Hub's fields of the repository, which it has on GitHub only."""
    if not REPOSITORY.fullmatch(summary.code_url):
        return {}
    added_by = "auto" if summary.code_source in (LinkSource.IMPORT, LinkSource.AUTOMATIC) else "user"
    if summary.code_source == LinkSource.IMPORT and credit.origin:
        added_by = credit.origin.code_added_by or added_by
    return {
        "githubRepo": summary.code_url,
        "githubRepoAddedBy": added_by,
        "githubStars": summary.code_stars,
    }


def _ai_text(text: AiText) -> dict:
    """What a language model wrote about a version of the paper, or one of its authors instead."""
    return {
        "ai_summary": text.summary,
        "ai_keywords": text.keywords,
        "ai_summary_model": text.model or None,
        "ai_summary_source": text.source,
        "ai_summary_version": text.version,
        "ai_summary_at": moment(text.made_at),
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
