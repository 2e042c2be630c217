import logging
import secrets
from datetime import datetime, timedelta
from functools import partial

from allauth.account.models import EmailAddress
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from lib.fields import LineField

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 10  # the last one some 17 hours after the first


class State(models.TextChoices):
    WAITING = "waiting"
    SENT = "sent"
    EMPTY = "empty"
    FAILED = "failed"


class LetterQuerySet(models.QuerySet):
    def due(self, now: datetime):
        """Letters to be sent by now, those that have waited longest first."""
        return self.filter(state=State.WAITING, try_at__lte=now).order_by("try_at", "pk")


class LetterManager(models.Manager.from_queryset(LetterQuerySet)):
    def delete_unsent(self) -> None:
        """Delete letters that were empty or failed a month ago. Sent ones are kept, so that no paper is sent twice."""
        month_ago = timezone.now() - timedelta(days=30)
        self.filter(state__in=[State.EMPTY, State.FAILED], try_at__lt=month_ago).delete()

    def claim(self, now: datetime) -> "Letter | None":
        """The next letter to be sent, locked so that no other worker gets it until this transaction ends.

        `is_to_inactive`: whether an account that is not active has confirmed the address.
        """
        inactive = EmailAddress.objects.filter(verified=True, user__is_active=False)
        of_address = Exists(inactive.filter(email=OuterRef("subscription__email")))
        due = self.due(now).select_related("subscription__user").annotate(is_to_inactive=of_address)
        return due.select_for_update(skip_locked=True, of=["self"], no_key=True).first()


class Letter(models.Model):
    """A letter of a subscription for one day, written before it is sent, so that it is sent once.

    `day` is the local day. `papers` are the ids of the papers in it, in order, and `title` is its heading; both are set
    when it is sent. `key` is the secret part of the address of its page. A waiting letter is not tried before `try_at`.
    """

    subscription = models.ForeignKey("inbox.Subscription", models.CASCADE, related_name="letters", db_index=False)
    day = models.DateField()
    key = models.CharField(max_length=22, unique=True, default=partial(secrets.token_urlsafe, 16))
    title = LineField(max_length=300, blank=True)
    papers = ArrayField(models.BigIntegerField(), default=list)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    try_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    objects = LetterManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscription", "day"], name="letter_once_an_issue"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="letter_state_known"),
            models.CheckConstraint(condition=Q(state="sent") ^ Q(sent_at=None), name="letter_sent_says_when"),
        ]
        indexes = [models.Index(fields=["try_at", "id"], condition=Q(state="waiting"), name="letter_waiting")]

    def __str__(self) -> str:
        return f"{self.subscription} of {self.day}"

    def get_absolute_url(self) -> str:
        return reverse("inbox:letter", args=[self.day.isoformat(), self.key])

    def mark_sent(self, issue) -> None:
        """Record that it was sent with the papers of this issue."""
        self.state, self.sent_at = State.SENT, timezone.now()
        self.title, self.papers = issue.title, [entry.paper.pk for entry in issue.papers]
        self.save(update_fields=["state", "sent_at", "title", "papers"])

    def mark_empty(self) -> None:
        """Record that there was nothing to send."""
        self.state = State.EMPTY
        self.save(update_fields=["state"])

    def fail(self, error: str) -> None:
        """Record that it was not sent and will not be."""
        self._mark_unsent(State.FAILED, error)

    def postpone(self, error: str) -> None:
        """Record that it was not sent. It is tried again after 2, 4, 8 … minutes, MAX_ATTEMPTS times in all."""
        self._mark_unsent(State.FAILED if self.attempts + 1 >= MAX_ATTEMPTS else State.WAITING, error)

    def _mark_unsent(self, state: State, error: str) -> None:
        """Change the row only if it is as this object has it: another worker may have sent the letter meanwhile."""
        unchanged = Letter.objects.filter(pk=self.pk, state=self.state, sent_at=self.sent_at)
        self.state, self.sent_at, self.papers = state, None, []
        self.attempts, self.error = self.attempts + 1, error
        self.try_at = timezone.now() + timedelta(minutes=2**self.attempts)
        columns = ["state", "sent_at", "papers", "attempts", "error", "try_at"]
        unchanged.update(**{column: getattr(self, column) for column in columns})
        # The error may quote the address; /moderation/jobs shows it.
        logger.error("Letter %s was not sent, attempt %d of %d", self.pk, self.attempts, MAX_ATTEMPTS)
