"""The papers of what a user follows, with the reasons, and the followers of given papers.

Every query here is made of the SELECTs that the kinds of follows define (`Follow.PAPERS_SQL`).
"""

from collections import defaultdict
from collections.abc import Sequence

from django.db import connection
from django.db.models.expressions import RawSQL

from papers.models import Paper
from papers.models.follow import sources

REASONS_SHOWN = 3


def papers(user):
    """Return the papers of all that the user follows."""
    keys = f"SELECT paper_id FROM {_papers_of(user, _ALL)}"  # noqa: S608 (contains no user input)
    return Paper.objects.filter(pk__in=RawSQL(keys, []))  # noqa: S611 (as above)


def reasons(user, keys: Sequence[int]) -> dict[int, str]:
    """Return the reasons why the papers with these keys are in the user's list, by one statement."""
    reasons_of = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(_REASONS.format(papers=_papers_of(user, _BY_KEY)), {"keys": list(keys)})
        for paper, reason in cursor:
            reasons_of[paper].add(reason)
    return {paper: " · ".join(sorted(texts)[:REASONS_SHOWN]) for paper, texts in reasons_of.items()}


def followers(keys: Sequence[int]) -> list[tuple[int, list[int], list[str]]]:
    """Return (user id, paper ids, reasons) for each user in whose list any of these papers are, by one statement.

    Papers that the user submitted are left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOWERS.format(papers=_followed_papers("true", _BY_KEY)), {"keys": list(keys)})
        return cursor.fetchall()


def _papers_of(user, tables: dict[str, str]) -> str:
    return _followed_papers(f"followed.user_id = {int(user.pk)}", tables)


def _followed_papers(condition: str, tables: dict[str, str]) -> str:
    """Return a table expression of (user_id, paper_id, reason) for the follows that match the condition."""
    selects = (model.PAPERS_SQL.format(condition=condition, **tables) for model in sources())
    return f"({' UNION ALL '.join(selects)}) followed_papers(user_id, paper_id, reason)"


# Concatenating an empty vector copies the value, which would otherwise be fetched from TOAST again for every author.
_ENTRIES = """
    (
        SELECT paper_id, topics, words || ''::tsvector AS words FROM papers_searchentry
        WHERE paper_id = ANY(%(keys)s) OFFSET 0
    )
"""
_ALL = {"papers": "papers_paper", "entries": "papers_searchentry"}
_BY_KEY = {"papers": "papers_paper", "entries": _ENTRIES}
_REASONS = "SELECT paper_id, reason FROM {papers} WHERE paper_id = ANY(%(keys)s)"
_FOLLOWERS = """
    SELECT user_id, array_agg(DISTINCT paper_id), array_agg(DISTINCT reason)
    FROM {papers}
    JOIN papers_paper ON papers_paper.id = paper_id AND submitted_by_id IS DISTINCT FROM user_id
    WHERE paper_id = ANY(%(keys)s)
    GROUP BY user_id
"""
