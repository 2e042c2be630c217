"""The versions of a paper and the corrections by its authors as JSON."""

from collections.abc import Sequence

from api.rows.people import user
from api.rows.values import moment, present
from papers.detail.versions import Text, VersionChange
from papers.models import Correction, Paper


def versions(paper: Paper, changes: Sequence[VersionChange], corrections: Sequence[Correction]) -> dict:
    """What `/papers/{id}/versions` shows: the texts of all versions that this site has had, the latest first."""
    latest = changes[0].new if changes else Text(paper.version, paper.title, paper.abstract, paper.author_names())
    former = [_version(change.old) | {"replacedAt": moment(change.noticed_at)} for change in changes]
    return {"versions": [_version(latest), *former], "corrections": [_correction(row) for row in corrections]}


def _version(text: Text) -> dict:
    return {
        "version": text.version,
        "title": text.title,
        "summary": text.abstract,
        "authors": list(text.authors),
    }


def corrector(row: Correction) -> dict | None:
    """Who has made the correction, unless that account was deleted or deactivated."""
    return user(row.actor) if row.actor and row.actor.is_active else None


def _correction(row: Correction) -> dict:
    return present({"madeAt": moment(row.created_at), "by": corrector(row), "changes": row.changes})
