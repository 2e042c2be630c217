"""What a reader's follows bring in: their papers as a list, and why each of them is there.

Each kind tells its SQL once (`BRINGS`), and it is used four ways: to collect what is brought, to ask of one paper
whether it is, to tell of a page's papers by what, and to find all those to whom new papers are brought.
"""

from collections import defaultdict
from collections.abc import Sequence

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from papers.lists import matching
from papers.models import Paper
from papers.models.follow import kinds

FEW = 8_000  # papers that are looked up one by one
REASONS_SHOWN = 3


def papers(user):
    """The papers that this user's follows bring in.

    FEW of them are collected first. Where there are more, they are not far between along any order, and each paper on
    the way is asked whether it is one.
    """
    collected = matching.collect_keys(_COLLECT.format(brought=_brought_to(user, _ALL)), (), FEW)
    if collected is not None:
        return matching.with_keys(Paper.objects.all(), collected)
    is_brought = _IS_BROUGHT.format(brought=_brought_to(user, _THIS))
    return Paper.objects.filter(RawSQL(is_brought, [], BooleanField()))  # noqa: S611 (nothing of it was typed)


def reasons(user, keys: Sequence[int]) -> dict[int, str]:
    """Why the papers with these keys are there. One statement."""
    told = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_WHY.format(brought=_brought_to(user, _THESE)), {"keys": list(keys)})
        for paper, why in cursor:
            told[paper].append(why)
    return {paper: " · ".join(sorted(set(whys))[:REASONS_SHOWN]) for paper, whys in told.items()}


def readers(keys: Sequence[int]) -> list[tuple[int, list[int], list[str]]]:
    """Whom the papers with these keys are brought to: (user id, papers, why).

    Nobody is told of what they submitted themselves. One statement, however many follow something.
    """
    with connection.cursor() as cursor:
        cursor.execute(_READERS.format(brought=_brought("true", _THESE)), {"keys": list(keys)})
        return cursor.fetchall()


def _brought_to(user, source: dict[str, str]) -> str:
    return _brought(f"followed.user_id = {int(user.pk)}", source)


def _brought(whose: str, source: dict[str, str]) -> str:
    return " UNION ALL ".join(kind.BRINGS.format(whose=whose, **source) for kind in kinds().values())


# An empty vector is added since a value out of line would be fetched again for every author.
_FETCHED = """
    (SELECT paper_id, topics, words || ''::tsvector AS words FROM papers_searchentry WHERE paper_id = {whose} OFFSET 0)
"""
_ALL = {"papers": "papers_paper", "entries": "papers_searchentry"}
_THESE = {"papers": "papers_paper", "entries": _FETCHED.format(whose="ANY(%(keys)s)")}
_THIS = {
    "papers": "(SELECT papers_paper.id, papers_paper.submitted_by_id)",
    "entries": _FETCHED.format(whose="papers_paper.id"),
}
_COLLECT = "SELECT paper FROM ({brought}) brought(reader, paper, why)"
# OFFSET 0 is a fence: PostgreSQL would collect them all.
_IS_BROUGHT = "EXISTS (SELECT FROM ({brought}) brought(reader, paper, why) WHERE paper = papers_paper.id OFFSET 0)"
_WHY = "SELECT paper, why FROM ({brought}) brought(reader, paper, why) WHERE paper = ANY(%(keys)s)"
_READERS = """
    SELECT reader, array_agg(DISTINCT paper), array_agg(DISTINCT why)
    FROM ({brought}) brought(reader, paper, why)
    JOIN papers_paper listed ON listed.id = paper AND submitted_by_id IS DISTINCT FROM reader
    WHERE paper = ANY(%(keys)s)
    GROUP BY reader
"""
