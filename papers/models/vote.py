from django.db import models, transaction
from django.db.models import F

from papers.models.mark import MarkManager, PaperMark


class VoteManager(MarkManager):
    """The paper's counter moves in the same transaction, only if a row was written or removed."""

    @transaction.atomic
    def make(self, user, target) -> bool:
        if is_new := super().make(user, target):
            type(target).objects.touch([target.pk], vote_count=F("vote_count") + 1)
        return is_new

    @transaction.atomic
    def unmake(self, user, target) -> bool:
        if was_there := super().unmake(user, target):
            type(target).objects.touch([target.pk], vote_count=F("vote_count") - 1)
        return was_there


class Vote(PaperMark):
    """One reader's upvote of one paper."""

    bit, control, undo, takeout_name = "voted", "vote", "withdraw", "upvotes"

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="votes")
    paper = models.ForeignKey("papers.Paper", models.CASCADE, related_name="votes")

    objects = VoteManager()

    class Meta:
        indexes = [models.Index(fields=["user", "created_at", "paper"], name="vote_of_user")]
