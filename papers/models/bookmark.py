from collections.abc import Sequence
from datetime import datetime

from django.db import models
from django.utils import timezone

from lib import statements
from papers.models.mark import MarkManager, PaperMark


class BookmarkManager(MarkManager):
    def values_of(self, target) -> dict:
        return {"version": target.version}

    def restore(self, user, papers: Sequence[tuple[int, int | None, datetime | None]]) -> int:
        """Bookmark papers by one statement, and return how many of them the user had not bookmarked.

        Each is the id of a paper, the version that it had and the moment at which the user bookmarked it at first; None
        stands for the present ones. Raises NotAllowed for an inactive account.
        """
        user.demand_active()
        ids, versions, times = map(list, zip(*papers, strict=True)) if papers else ([], [], [])
        params = {"user": user.pk, "now": timezone.now(), "ids": ids, "versions": versions, "times": times}
        return len(statements.rows(_RESTORE, params))


_RESTORE = """
    WITH person AS MATERIALIZED (
        SELECT id FROM accounts_user WHERE id = %(user)s AND is_active FOR KEY SHARE
    )
    INSERT INTO papers_bookmark (user_id, paper_id, version, created_at)
    SELECT
        person.id, paper.id, least(coalesce(given.version, paper.version), paper.version),
        coalesce(given.created_at, %(now)s)
    FROM unnest(%(ids)s::bigint[], %(versions)s::int[], %(times)s::timestamptz[]) given (paper, version, created_at)
    JOIN papers_paper paper ON paper.id = given.paper CROSS JOIN person
    ORDER BY paper.id
    ON CONFLICT DO NOTHING
    RETURNING paper_id
"""


class Bookmark(PaperMark):
    """One reader's private mark on one paper, which had `version` at that time."""

    bit, control, undo, takeout_name = "saved", "bookmark", "remove", "bookmarks"
    takeout_columns, verb = ("version",), "bookmark"

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="bookmarks")
    paper = models.ForeignKey("papers.Paper", models.CASCADE, related_name="bookmarks")
    version = models.PositiveSmallIntegerField()

    objects = BookmarkManager()

    class Meta:
        indexes = [models.Index(fields=["user", "created_at", "paper"], name="bookmark_of_user")]
