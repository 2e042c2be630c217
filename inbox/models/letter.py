import logging
import secrets
from datetime import datetime, timedelta
from functools import partial

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 10  # the last one some 17 hours after the first


class State(models.TextChoices):
    WAITING = "waiting"
    SENT = "sent"
    EMPTY = "empty"
    FAILED = "failed"


class LetterQuerySet(models.QuerySet):
    def due(self, now: datetime):
        """Those that wait and may be tried, the longest waiting first."""
        return self.filter(state=State.WAITING, try_at__lte=now).order_by("try_at", "pk")


class LetterManager(models.Manager.from_queryset(LetterQuerySet)):
    def forget_unsent(self) -> None:
        """Those that were empty or failed a month ago. What was sent is not sent again, so it is kept."""
        month_ago = timezone.now() - timedelta(days=30)
        self.filter(state__in=[State.EMPTY, State.FAILED], try_at__lt=month_ago).delete()

    def claim(self, now: datetime) -> "Letter | None":
        """The next letter to be sent; nobody else gets it until this transaction ends."""
        due = self.due(now).select_related("subscription__user")
        return due.select_for_update(skip_locked=True, of=["self"], no_key=True).first()


class Letter(models.Model):
    """One issue of a subscription: a row before it is a mail, so that it is sent once.

    `issue` is the local day it is for. `papers` are the ids of those that it has, in its order; `title` its heading.
    `key` makes the address of its page, which nobody guesses. It waits until `try_at`.
    """

    subscription = models.ForeignKey("inbox.Subscription", models.CASCADE, related_name="letters", db_index=False)
    issue = models.DateField()
    key = models.CharField(max_length=22, unique=True, default=partial(secrets.token_urlsafe, 16))
    title = models.CharField(max_length=300, blank=True)
    papers = ArrayField(models.BigIntegerField(), default=list)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    try_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    objects = LetterManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscription", "issue"], name="letter_once_an_issue"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="letter_state_known"),
            models.CheckConstraint(condition=Q(state="sent") ^ Q(sent_at=None), name="letter_sent_says_when"),
        ]
        indexes = [models.Index(fields=["try_at", "id"], condition=Q(state="waiting"), name="letter_waiting")]

    def __str__(self) -> str:
        return f"{self.subscription} of {self.issue}"

    def get_absolute_url(self) -> str:
        return reverse("inbox:letter", args=[self.issue.isoformat(), self.key])

    def seal(self, edition) -> None:
        """It is sent, with the papers of this edition."""
        self.state, self.sent_at = State.SENT, timezone.now()
        self.title, self.papers = edition.title, [entry.paper.pk for entry in edition.entries]
        self.save(update_fields=["state", "sent_at", "title", "papers"])

    def drop(self) -> None:
        """There is nothing to send."""
        self.state = State.EMPTY
        self.save(update_fields=["state"])

    def fail(self, error: str) -> None:
        self._unsend(State.FAILED, error)

    def postpone(self, error: str) -> None:
        """To be tried again later, a little longer each time; after MOST_ATTEMPTS it has failed."""
        self._unsend(State.FAILED if self.attempts + 1 >= MOST_ATTEMPTS else State.WAITING, error)

    def _unsend(self, state: State, error: str) -> None:
        """If it stands as it is here: somebody else may have sent it meanwhile."""
        as_here = Letter.objects.filter(pk=self.pk, state=self.state, sent_at=self.sent_at)
        self.state, self.sent_at, self.papers = state, None, []
        self.attempts, self.error = self.attempts + 1, error
        self.try_at = timezone.now() + timedelta(minutes=2**self.attempts)
        columns = ["state", "sent_at", "papers", "attempts", "error", "try_at"]
        as_here.update(**{column: getattr(self, column) for column in columns})
        logger.error("Letter %s was not sent, attempt %d of %d: %s", self.pk, self.attempts, MOST_ATTEMPTS, error)
