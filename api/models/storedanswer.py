"""Answers to requests that carried an Idempotency-Key, so that the same request again changes nothing."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from lib.refusals import BadInput, Conflict

KEPT = timedelta(days=1)
MAX_KEY = 200  # characters


@dataclass(frozen=True)
class Sent:
    """What was sent with a key: another request must not get the answer to this one."""

    method: str
    path: str
    body: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(repr((self.method, self.path, self.body)).encode()).hexdigest()


class StoredAnswerManager(models.Manager):
    def find(self, user, key: str, sent: Sent) -> "StoredAnswer | None":
        """Returns the row with the answer to the same request; None if it has not been answered yet.

        Raises BadInput for a key that is empty or too long, and Conflict for one that came with another request.
        """
        if not 1 <= len(key) <= MAX_KEY:
            raise BadInput(f"An Idempotency-Key has 1 to {MAX_KEY} characters; this one has {len(key)}.")
        row = self.filter(user=user, key=key, made_at__gt=timezone.now() - KEPT).first()
        if row:
            row.demand_same(sent)
        return row

    def reserve(self, user, key: str, sent: Sent) -> "StoredAnswer":
        """Returns the row of the user's key, locked: of the answer to the same request, or without one if it is new.

        This needs a transaction, which is that of the verb: either both are written or none. While another request
        with the key runs, this waits for it. Raises Conflict for a key that came with another request.
        """
        fresh = self.model(user=user, key=key, digest=sent.digest)
        row = None
        while row is None:  # since an old one may be forgotten before it is locked
            self.bulk_create([fresh], ignore_conflicts=True)
            row = self.select_for_update().filter(user=user, key=key).first()
        if row.made_at <= timezone.now() - KEPT:
            row.digest, row.status, row.made_at = fresh.digest, None, fresh.made_at
        row.demand_same(sent)
        return row

    def forget(self) -> None:
        """Delete what was kept for a day."""
        self.filter(made_at__lte=timezone.now() - KEPT).delete()


class StoredAnswer(models.Model):
    """The answer to a request with this key. Until it is made, within that transaction, `status` is None."""

    pk = models.CompositePrimaryKey("user", "key")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=MAX_KEY)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.BinaryField(default=b"")
    made_at = models.DateTimeField(default=timezone.now)

    objects = StoredAnswerManager()

    class Meta:
        indexes = [models.Index(fields=["made_at"], name="storedanswer_made")]

    def __str__(self) -> str:
        return f"answer to {self.key}"

    def demand_same(self, sent: Sent) -> None:
        """Raises Conflict unless the key came with this request."""
        if self.digest != sent.digest:
            raise Conflict("This Idempotency-Key was sent with another request. Use a new key for each request.")

    def store(self, status: int, body: bytes) -> None:
        self.status, self.body = status, body
        self.save()
