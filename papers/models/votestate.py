"""The states of a vote for a paper."""

from django.db import models


class VoteState(models.TextChoices):
    """Whether and why a vote counts.

    * `counted`: it counts.
    * `young`: it waits for an hour, as the account is new.
    * `unconfirmed`: it waits until its voter has confirmed an email address.
    * `review`: it is held, since it may be one of a ring of votes, until a moderator has decided.
    * `released`: it was held, and counts.
    * `refused`: it was held, and does not count.
    """

    COUNTED = "counted"
    YOUNG = "young"
    UNCONFIRMED = "unconfirmed"
    REVIEW = "review"
    RELEASED = "released"
    REFUSED = "refused"

    @property
    def remark(self) -> str:
        """What a voter in this state has to know, or ""."""
        return _REMARKS.get(self, "")


COUNTING = (VoteState.COUNTED, VoteState.RELEASED)
WAITING = (VoteState.YOUNG, VoteState.UNCONFIRMED)
HELD = (VoteState.REVIEW, VoteState.RELEASED, VoteState.REFUSED)
_REMARKS = {
    VoteState.YOUNG: "Your upvote will count in an hour: votes of new accounts wait.",
    VoteState.UNCONFIRMED: "Your upvote will count soon after you confirm your email address.",
    VoteState.REVIEW: "Your upvote is under review. It does not count until a moderator has decided.",
    VoteState.REFUSED: "Your upvote does not count: moderators refused it after a review.",
}
