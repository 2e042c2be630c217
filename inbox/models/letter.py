import secrets
from functools import partial

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone


class State(models.TextChoices):
    WAITING = "waiting"
    SENT = "sent"
    EMPTY = "empty"
    FAILED = "failed"


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

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscription", "issue"], name="letter_once_an_issue"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="letter_state_known"),
            models.CheckConstraint(condition=Q(state="sent") ^ Q(sent_at=None), name="letter_sent_says_when"),
        ]
        indexes = [models.Index(fields=["try_at"], condition=Q(state="waiting"), name="letter_waiting")]

    def __str__(self) -> str:
        return f"{self.subscription} of {self.issue}"

    def get_absolute_url(self) -> str:
        return reverse("inbox:letter", args=[self.issue.isoformat(), self.key])
