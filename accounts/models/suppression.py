from django.db import models, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.signals import suppressed
from lib.throttle import mailbox


class Why(models.TextChoices):
    BOUNCED = "bounced", "mail to it came back"
    COMPLAINED = "complained", "a mail was reported as unwanted"
    REFUSED = "refused", "you asked us never to write to it"


class SuppressionManager(models.Manager):
    @transaction.atomic
    def add(self, email: str, why: Why) -> None:
        """Write to this address no more; twice is once, and the first reason stays.

        Who refuses mail refuses it for the whole mailbox, whatever tag is in the address. What bounces says nothing
        of other tags.
        """
        key = mailbox(email) if why == Why.REFUSED else email
        self.get_or_create(digest=digest(key), defaults={"why": why})
        suppressed.send(Suppression, email=email, why=why)

    def has(self, email: str) -> bool:
        return self.of_address(email).exists()

    def of_address(self, email: str):
        return self.filter(digest__in=[digest(email), digest(mailbox(email))])

    def among(self, emails: list[str]) -> dict[str, "Suppression"]:
        """Those of these addresses that are written to no more."""
        found = {email: self.of_address(email).first() for email in emails}
        return {email: suppression for email, suppression in found.items() if suppression}

    def lift(self, email: str) -> None:
        self.of_address(email).delete()


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
