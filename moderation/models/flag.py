from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from lib.refusals import Gone
from moderation.models.case import Case
from moderation.questions import Question
from moderation.reasons import Reason
from moderation.subjects import Kind


class FlagManager(models.Manager):
    def open_of(self, user, kind: Kind, pk: int) -> "Flag | None":
        """The flag of this user on the row of this kind with this id, unless that is decided."""
        return self.filter(user=user, case__in=Case.objects.open().about(kind, pk)).first()

    @transaction.atomic
    def make(self, actor, kind: Kind, pk: int, reason: str, details: str) -> bool:
        """Flag the row of this kind with this id. False if the actor's flag on it, which is not decided, is changed.

        Raises Gone if the actor cannot see it, and NotAllowed for what is the actor's own.
        """
        actor.lock()
        row = kind.rows(actor).filter(pk=pk).first()
        if row is None:
            raise Gone("This was deleted or hidden meanwhile.")
        kind.demand_not_own(row, actor)
        case = Case.objects.ensure(kind, pk, kind.label(row), Question.FLAGS)
        return self.update_or_create(case=case, user=actor, defaults={"reason": reason, "details": details})[1]


class Flag(models.Model):
    """A reader's note to moderators that something should not be here, or not like this.

    Only moderators read who wrote it. `user` is None when the account was deleted.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="flags", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="flags", null=True)
    reason = models.CharField(max_length=12, choices=Reason)
    details = models.TextField(max_length=1_000, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = FlagManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "user"], name="flag_once_a_person"),
            models.CheckConstraint(condition=Q(reason__in=Reason.values), name="flag_reason_exists"),
        ]

    def __str__(self) -> str:
        return self.get_reason_display()
