from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Sum
from django.utils import timezone

KEPT = timedelta(days=365)
FAILURE_WINDOW = timedelta(days=1)


class EventKind(models.TextChoices):
    SIGNED_IN = "signed_in", "Signed in"
    WRONG_PASSWORD = "wrong_password", "Wrong password"
    WRONG_CODE = "wrong_code", "Wrong code"
    PASSWORD_CHANGED = "password_changed", "Password changed"
    PASSWORD_RESET = "password_reset", "Password reset"
    EMAIL_CHANGED = "email_changed", "Email address changed"
    FACTOR_ADDED = "factor_added", "Second factor added"
    FACTOR_REMOVED = "factor_removed", "Second factor removed"
    CODES_RENEWED = "codes_renewed", "Recovery codes renewed"
    CONNECTED = "connected", "Account connected"
    DISCONNECTED = "disconnected", "Account disconnected"
    SESSIONS_ENDED = "sessions_ended", "Other sessions ended"
    FEED_KEY_RENEWED = "feed_key_renewed", "Feed addresses renewed"
    TOKEN_MADE = "token_made", "Access token made"
    TOKEN_REVOKED = "token_revoked", "Access token revoked"
    WEBHOOK_ADDED = "webhook_added", "Webhook added"
    WEBHOOK_RENEWED = "webhook_renewed", "Secret of a webhook renewed"
    WEBHOOK_PAUSED = "webhook_paused", "Webhooks of private lists paused"
    SUSPENDED = "suspended", "Account suspended"
    REINSTATED = "reinstated", "Suspension ended"
    APPOINTED = "appointed", "Appointed as a moderator"
    DISMISSED = "dismissed", "Dismissed as a moderator"


class SecurityEventManager(models.Manager):
    @transaction.atomic
    def add_failure(self, user, kind: EventKind, network: str, browser: str) -> "SecurityEvent":
        """Count a failed attempt in the recent event of this kind and network, or write a new one. Returns the event.

        So a thousand attempts from one network are one entry, and strangers cannot fill a log.
        """
        type(user).objects.filter(pk=user.pk).lock()
        event = self.recent(user, kind).filter(network=network).first()
        if event is None:
            return self.create(user=user, kind=kind, network=network, browser=browser)
        self.filter(pk=event.pk).update(count=F("count") + 1)
        return event

    def recent(self, user, kind: EventKind) -> models.QuerySet:
        """Returns the person's events of this kind that were written within the last day."""
        return self.filter(user=user, kind=kind, created_at__gt=timezone.now() - FAILURE_WINDOW)

    def count_recent(self, user, kind: EventKind) -> int:
        """Returns how often an event of this kind happened within the last day."""
        return self.recent(user, kind).aggregate(times=Sum("count", default=0))["times"]

    def forget(self) -> None:
        """Delete events that are older than a year."""
        self.filter(created_at__lt=timezone.now() - KEPT).delete()


class SecurityEvent(models.Model):
    """An entry of a person's security log: a sign-in, a failed attempt, or a change of how the account is protected.

    Failed attempts from one network within a day are one entry, with their count and the time of the first. What others
    decided about the account has neither network nor browser.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="security_events", db_index=False)
    kind = models.CharField(max_length=20, choices=EventKind.choices)
    detail = models.CharField(max_length=300, blank=True)
    network = models.CharField(max_length=43, blank=True)  # a range of addresses, made by `lib.throttle.network`
    browser = models.CharField(max_length=40, blank=True)
    count = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)

    objects = SecurityEventManager()

    class Meta:
        indexes = [models.Index(fields=["user", "-created_at", "-id"], name="security_log")]

    def __str__(self) -> str:
        return self.get_kind_display()
