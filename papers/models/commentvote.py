from django.db import models, transaction
from django.db.models import F

from lib.refusals import Gone, NotAllowed
from papers.models.mark import Mark, MarkManager


class CommentVoteManager(MarkManager):
    """The comment's counter changes in the same transaction, only if a row was written or removed."""

    @transaction.atomic
    def make(self, user, target) -> bool:
        """See `MarkManager.make`. Raises NotAllowed for the user's own comment, Gone if it is retracted or hidden."""
        if target.author_id == user.pk:
            raise NotAllowed("You can't upvote your own comment.")
        if not target.is_standing:
            raise Gone("This comment was deleted or hidden.")
        user.lock()
        if is_new := super().make(user, target):
            self._count([target.pk], 1)
        return is_new

    @transaction.atomic
    def unmake(self, user, target) -> bool:
        if was_there := super().unmake(user, target):
            self._count([target.pk], -1)
        return was_there

    @transaction.atomic
    def unmake_all(self, user) -> None:
        """Remove all marks of a user who leaves. The marks and the comments are locked already."""
        pks = list(self.filter(user=user).values_list("comment", flat=True))
        self.filter(user=user).delete()
        self._count(pks, -1)

    def _count(self, pks: list[int], added: int) -> None:
        self._comments.touch(pks, vote_count=F("vote_count") + added)

    @property
    def _comments(self):
        return self.model._meta.get_field("comment").related_model.objects


class CommentVote(Mark):
    """One reader's upvote of one comment."""

    target = "comment"

    pk = models.CompositePrimaryKey("user", "comment")
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="comment_votes")
    comment = models.ForeignKey("papers.Comment", models.CASCADE, related_name="votes")

    objects = CommentVoteManager()
