from django.db import models, transaction
from django.db.models import F

from papers.models.mark import Mark, MarkManager


class VoteManager(MarkManager):
    @transaction.atomic
    def cast(self, user, paper) -> None:
        """Count this user's upvote; a second time changes nothing."""
        if self.make(user, paper):
            self._move_counter(paper, +1)

    @transaction.atomic
    def withdraw(self, user, paper) -> None:
        """Take this user's upvote back; a second time changes nothing."""
        if self.unmake(user, paper):
            self._move_counter(paper, -1)

    def _move_counter(self, paper, by: int) -> None:
        type(paper).objects.touch([paper.pk], vote_count=F("vote_count") + by)


class Vote(Mark):
    """One reader's upvote of one paper."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="votes")
    paper = models.ForeignKey("papers.Paper", models.CASCADE, related_name="votes")

    objects = VoteManager()

    class Meta:
        indexes = [models.Index(fields=["user", "created_at", "paper"], name="vote_of_user")]
