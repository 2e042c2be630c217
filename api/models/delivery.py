"""Deliveries of webhooks: each is written before it is sent, and tried until the receiver has it."""

import secrets
from datetime import datetime, timedelta
from functools import partial

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

MAX_PAPERS = 100  # of one delivery
KEPT = timedelta(days=30)
# How long after a failed attempt the next one is made. After the last one the delivery has failed.
WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 2 * 60, 6 * 60, 12 * 60, 12 * 60)]
GONE = 410


class DeliveryState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"
    EMPTY = "empty", "Nothing to send"


class DeliveryQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state=DeliveryState.WAITING)

    def due(self, now: datetime):
        """Those to be tried by now, the oldest first."""
        return self.waiting().filter(next_at__lte=now).order_by("created_at", "pk")

    def delete_old(self) -> None:
        """Delete those that were written longer ago than KEPT."""
        self.filter(created_at__lt=timezone.now() - KEPT).delete()


class Delivery(models.Model):
    """Papers that a webhook sends at once, and what came of the attempts to send them.

    `key` is its id for the receiver, the same in each attempt. `papers` are their ids; those that are not in the list
    any more when it is sent are taken out, so that they are new if they come back. A test has none of its own.
    `next_at` is when a waiting one is tried next. `status`, `error`, and `duration` in milliseconds are those of the
    last attempt, which was at `tried_at`; `status` is None if no answer came.
    """

    webhook = models.ForeignKey("api.Webhook", models.CASCADE, related_name="deliveries", db_index=False)
    key = models.CharField(max_length=22, unique=True, default=partial(secrets.token_urlsafe, 16))
    is_test = models.BooleanField(default=False)
    papers = ArrayField(models.BigIntegerField(), default=list)
    created_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now, null=True)
    tried_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    error = models.TextField(blank=True)
    duration = models.PositiveIntegerField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="delivery_state_known"),
            models.CheckConstraint(condition=Q(state="waiting") ^ Q(next_at=None), name="delivery_waiting_says_until"),
            models.CheckConstraint(condition=Q(papers__len__lte=MAX_PAPERS), name="delivery_papers"),
        ]
        indexes = [
            models.Index(fields=["webhook", "created_at", "id"], name="delivery_of_webhook"),
            models.Index(fields=["webhook", "next_at"], condition=Q(state="waiting"), name="delivery_waiting"),
            models.Index(fields=["created_at"], name="delivery_by_age"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def is_waiting(self) -> bool:
        return self.state == DeliveryState.WAITING

    @property
    def is_delivered(self) -> bool:
        return self.state == DeliveryState.DELIVERED

    @transaction.atomic
    def redeliver(self, actor) -> None:
        """Try it now, as often as a new one. Raises NotAllowed and Conflict as `Webhook.send_test` does."""
        self.webhook.lock_to_change(actor)
        self.webhook.demand_sending()
        self._write(state=DeliveryState.WAITING, attempts=0, next_at=timezone.now())

    def keep_only(self, papers: list[int]) -> None:
        """Take out all other papers, which are not in the list any more. Without papers, there is nothing to send."""
        self._write(papers=papers)
        if not papers:
            self._write(state=DeliveryState.EMPTY, next_at=None)

    def note_attempt(self, status: int | None, error: str, duration: int) -> None:
        """Record an attempt: the answer's status, or else why there was none, and how many milliseconds it took.

        The caller has locked the webhook.
        """
        self._write(attempts=self.attempts + 1, tried_at=timezone.now(), status=status, error=error, duration=duration)
        if status and 200 <= status < 300:
            self._write(state=DeliveryState.DELIVERED, next_at=None)
        elif status == GONE or self.attempts > len(WAITS):
            self._write(state=DeliveryState.FAILED, next_at=None)
        else:
            self._write(next_at=self.tried_at + WAITS[self.attempts - 1])

    def _write(self, **values) -> None:
        for name, value in values.items():
            setattr(self, name, value)
        self.save(update_fields=list(values))
