from datetime import timedelta

from django.apps import apps
from django.db import models, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from lib import throttle
from lib.throttle import Limit

OF_A_MAILBOX = Limit("mailbox", 3, timedelta(days=1))
OF_REMINDERS = Limit("reminders", 3, timedelta(days=1))  # to a mailbox, whatever others ask for it


class Why(models.TextChoices):
    BOUNCED = "bounced", "mail to it came back"
    COMPLAINED = "complained", "a mail was reported as unwanted"
    REFUSED = "refused", "you asked us never to write to it"


class SuppressionManager(models.Manager):
    @transaction.atomic
    def add(self, email: str, why: Why) -> None:
        """Write to this address no more, and end all its subscriptions; twice is once, and the first reason stays.

        What was refused is forgotten at once: whose it was.
        """
        subscriptions = apps.get_model("inbox.Subscription").objects
        subscriptions.hold(email)
        self.get_or_create(digest=digest(email), defaults={"why": why})
        theirs = subscriptions.of_addresses([email])
        theirs.end(why)
        if why == Why.REFUSED:
            theirs.forget_whose()

    def has(self, email: str) -> bool:
        return self.filter(digest=digest(email)).exists()

    def allows(self, email: str, limit: Limit) -> bool:
        """Whether a mail may go to this address now; it then counts as one of the limit for its mailbox."""
        return not self.has(email) and throttle.take((limit, throttle.mailbox(email))) is None

    def among(self, emails: list[str]) -> dict[str, "Suppression"]:
        """Those of these addresses that are written to no more."""
        found = self.in_bulk([digest(email) for email in emails])
        return {email: found[digest(email)] for email in emails if digest(email) in found}

    def lift(self, email: str) -> None:
        self.filter(digest=digest(email)).delete()


class Suppression(models.Model):
    """An address that nothing is sent to, until whoever has an account with it lifts that.

    The address itself is not kept: only a keyed digest, by which it is known again.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    why = models.CharField(max_length=10, choices=Why)
    since = models.DateTimeField(default=timezone.now)

    objects = SuppressionManager()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(why__in=Why.values), name="suppression_why_known")]

    def __str__(self) -> str:
        return self.get_why_display()


def digest(email: str) -> str:
    return salted_hmac("inbox.suppression", email.lower(), algorithm="sha256").hexdigest()
