from django.db import models
from django.utils import timezone

from lib import statements
from papers.models.mark import MarkManager, PaperMark


class VoteManager(MarkManager):
    """One statement writes or removes a row, and moves the paper's counter if it did."""

    def make(self, user, target) -> bool:
        return _change(_INSERT, 1, user, target)

    def unmake(self, user, target) -> bool:
        return _change(_DELETE, -1, user, target)


def _change(change: str, step: int, user, paper) -> bool:
    """Return whether the vote was changed. The paper's `vote_count` is then the new one."""
    params = {"user": user.pk, "paper": paper.pk, "step": step, "now": timezone.now()}
    counted = statements.rows(_COUNT.format(change=change), params)
    if counted:
        [(paper.vote_count,)] = counted
    return bool(counted)


_INSERT = """
    INSERT INTO papers_vote (user_id, paper_id, created_at) VALUES (%(user)s, %(paper)s, %(now)s)
    ON CONFLICT DO NOTHING
"""
_DELETE = "DELETE FROM papers_vote WHERE user_id = %(user)s AND paper_id = %(paper)s"
_COUNT = """
    WITH changed AS ({change} RETURNING paper_id)
    UPDATE papers_paper SET vote_count = vote_count + %(step)s, revision = revision + 1
    FROM changed WHERE id = changed.paper_id
    RETURNING vote_count
"""


class Vote(PaperMark):
    """One reader's upvote of one paper."""

    bit, control, undo, takeout_name = "voted", "vote", "withdraw", "upvotes"
    deed = "upvote"

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="votes")
    paper = models.ForeignKey("papers.Paper", models.CASCADE, related_name="votes")

    objects = VoteManager()

    class Meta:
        indexes = [models.Index(fields=["user", "created_at", "paper"], name="vote_of_user")]
