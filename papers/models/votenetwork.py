"""From which network a vote of the last days came, so that votes from one network can be compared."""

import secrets
from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone

KEPT = timedelta(days=7)  # for which a hash is kept, and a salt used
_SALT_BYTES = 32


class VoteSaltManager(models.Manager):
    def renew(self) -> None:
        """Make the salt if there is none, and replace it if it is older than KEPT; the old one is then nowhere."""
        values = {"value": secrets.token_bytes(_SALT_BYTES), "made_at": timezone.now()}
        if not self.exists():
            self.get_or_create(pk=1, defaults=values)
        self.filter(made_at__lt=timezone.now() - KEPT).update(**values)


class VoteSalt(models.Model):
    """The one salt of the hashes of networks. Hashes that were made with different salts cannot be compared."""

    value = models.BinaryField()
    made_at = models.DateTimeField()

    objects = VoteSaltManager()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_vote_salt")]


class VoteNetworkManager(models.Manager):
    def forget(self) -> None:
        """Delete the rows that are older than KEPT."""
        self.filter(cast_at__lt=timezone.now() - KEPT).delete()

    def unchecked(self) -> list[int]:
        """The ids of papers that got a vote since they were last checked for rings."""
        return list(self.filter(is_checked=False).values_list("paper", flat=True).distinct().order_by("paper"))

    def unchecked_votes(self, paper: int) -> dict[int, datetime]:
        """Who has voted for the paper (ids) and when, of those whose votes were not yet checked with the others."""
        return dict(self.filter(paper=paper, is_checked=False).values_list("user", "cast_at"))

    def mark_checked(self, paper: int, votes: dict[int, datetime]) -> None:
        """Note that these votes were checked. One that was cast again since then stays unchecked."""
        self.filter(paper=paper, user__in=votes, cast_at__in=votes.values()).update(is_checked=True)


class VoteNetwork(models.Model):
    """A vote of the last days: when it was cast, and the salted hash of the network that it came from, or None.

    `Vote.objects.make` writes it. `is_checked`: whether the paper was checked for rings since then. This table and that
    of the salt are unlogged: neither is in PostgreSQL's log or on a replica, and a crash empties both.
    """

    pk = models.CompositePrimaryKey("paper", "user")
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    paper = models.ForeignKey("papers.Paper", models.CASCADE, related_name="+", db_index=False)
    cast_at = models.DateTimeField()
    network = models.BinaryField(null=True)
    is_checked = models.BooleanField()

    objects = VoteNetworkManager()

    class Meta:
        indexes = [models.Index(fields=["paper"], condition=models.Q(is_checked=False), name="vote_unchecked")]
