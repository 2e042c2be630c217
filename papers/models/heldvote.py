from django.db import models
from django.utils import timezone

from papers.models.votestate import HELD, VoteState


class HeldVote(models.Model):
    """What became of a vote that was held as one of a suspected ring.

    It outlives the vote, so that a vote that is withdrawn and cast again has the state that it had.
    """

    pk = models.CompositePrimaryKey("user", "paper")
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="held_votes", db_index=False)
    paper = models.ForeignKey("papers.Paper", models.CASCADE, related_name="held_votes")
    state = models.CharField(max_length=11, choices=VoteState, default=VoteState.REVIEW)
    held_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(state__in=HELD), name="held_vote_has_state")]
