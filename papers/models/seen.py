from datetime import timedelta

from django.db import models
from django.db.models import Exists, OuterRef
from django.db.models.lookups import Exact
from django.utils import timezone

from lib.refusals import Conflict
from papers.models.daydone import DayDone
from papers.models.mark import MarkManager, PaperMark

KEPT = timedelta(days=60)
_DAY_IS_DONE = """
    EXISTS (
        SELECT FROM papers_daydone
        WHERE user_id = {viewer} AND date = papers_paper.listed_on AND done_at >= papers_paper.listed_at
            AND papers_paper.is_listed
    )
"""


class SeenManager(MarkManager):
    def exists_sql(self, viewer: str) -> str:
        """Whether the viewer has seen a paper, or is done with its day."""
        return f"({super().exists_sql(viewer)} OR {_DAY_IS_DONE.format(viewer=viewer)})"

    def conditions(self, user) -> tuple[Exists, Exists]:
        """Whether the user has a row for a paper, and whether the user is done with its day: columns of the paper."""
        done = DayDone.objects.filter(user=user, date=OuterRef("listed_on"), done_at__gte=OuterRef("listed_at"))
        return self.exists_for(user), Exists(done.filter(Exact(OuterRef("is_listed"), True)))

    def unmake(self, user, paper) -> bool:
        """Remove the row. False if there is none. Raises Conflict if the user is done with the paper's day."""
        done = DayDone.objects.filter(user=user, date=paper.listed_on, done_at__gte=paper.listed_at)
        if paper.is_listed and done.exists():
            raise Conflict("You marked this paper’s day as done. Undo that first, on the page of the day.")
        return super().unmake(user, paper)

    def forget_old(self) -> None:
        """Delete the rows that are older than KEPT."""
        self.filter(created_at__lt=timezone.now() - KEPT).delete()


class Seen(PaperMark):
    """One reader has opened one paper's page. Papers of days that the reader is done with need no row."""

    bit, control, undo, takeout_name = "seen", "seen", "forget", "seen"
    verb = "mark as seen"

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    paper = models.ForeignKey("papers.Paper", models.CASCADE, related_name="+")

    objects = SeenManager()

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="seen_by_age")]
