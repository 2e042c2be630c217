from django.db import models, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.signals import suppressed
from lib.mailboxes import canonical, mailbox


class Why(models.TextChoices):
    BOUNCED = "bounced", "email to it bounced"
    COMPLAINED = "complained", "an email was reported as spam"
    REFUSED = "refused", "you asked to stop all email"


class SuppressionManager(models.Manager):
    @transaction.atomic
    def add(self, email: str, why: Why) -> None:
        """Stop all mail to this address. If that was done before, the first reason stays.

        A person who refuses mail refuses it for the whole mailbox, with any tag in the address. A bounce or a complaint
        concerns this address alone.
        """
        own, whole = _digests(email)
        self.get_or_create(digest=whole if why == Why.REFUSED else own, defaults={"why": why})
        suppressed.send(Suppression, email=email, why=why)

    def has(self, email: str) -> bool:
        return bool(self.among([email]))

    def among(self, emails: list[str]) -> dict[str, "Suppression"]:
        """Returns the suppressions of these addresses, by address."""
        digests_of = {email: _digests(email) for email in emails}
        rows = self.in_bulk([digest for digests in digests_of.values() for digest in digests])
        return {email: row for email, digests in digests_of.items() for digest in digests if (row := rows.get(digest))}

    def first_allowed(self, emails: list[str]) -> str:
        """Returns the first of these addresses that is not suppressed, or ""."""
        suppressed = self.among(emails)
        return next((email for email in emails if email not in suppressed), "")

    def lift(self, email: str) -> None:
        self.filter(digest__in=_digests(email)).delete()


class Suppression(models.Model):
    """An address to which no mail is sent, until a person who has confirmed it for an account lifts the suppression.

    The address itself is not stored: only a keyed digest of it or, if mail was refused, of its mailbox.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    why = models.CharField(max_length=10, choices=Why)
    since = models.DateTimeField(default=timezone.now)

    objects = SuppressionManager()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(why__in=Why.values), name="suppression_why_known")]

    def __str__(self) -> str:
        return self.get_why_display()


def _digests(email: str) -> tuple[str, str]:
    """Returns the digest of this address alone, and that of its mailbox with any tag."""
    return _digest("inbox.suppression", canonical(email)), _digest("inbox.suppression.mailbox", mailbox(email))


def _digest(salt: str, text: str) -> str:
    return salted_hmac(salt, text, algorithm="sha256").hexdigest()
