"""Receives signals: those that cause notifications, and those that end subscriptions.

A signal that causes notifications starts a job in the transaction that sent it. So there is no notification if the
transaction is rolled back, there is one if it is committed, and no request waits for it.
"""

from functools import partial

from allauth.account.models import EmailAddress
from anymail.signals import tracking
from django.contrib.auth import get_user_model
from django.db.models.signals import post_delete, pre_delete
from django.dispatch import receiver

from accounts.models import Suppression, suppression
from accounts.signals import suppressed
from inbox import bounces
from inbox.models import Subscription
from inbox.models.kind import KINDS, NotificationKind
from inbox.models.subscription import EndReason
from inbox.notifications import tasks
from lib.jobs import defer


def listen() -> None:
    """Connect the signal of every kind of notification."""
    for kind in KINDS.values():
        kind.signal.connect(partial(_notify, kind), weak=False, dispatch_uid=f"inbox.{kind.key}")


def _notify(kind: NotificationKind, sender, signal, **arguments) -> None:
    payload = kind.payload(**arguments)
    if payload is not None:
        defer(tasks.notify, {"kind": kind.key, "payload": payload})


@receiver(pre_delete, sender=get_user_model())
def delete_subscriptions(instance, **kwargs) -> None:
    """Delete the subscriptions of a user who leaves."""
    Subscription.objects.of_person(instance).delete()


@receiver(post_delete, sender=EmailAddress)
def end_private_subscriptions(instance, **kwargs) -> None:
    """End subscriptions of an address that its user has removed, if they are to lists that only the user may read."""
    Subscription.objects.of_addresses([instance.email]).filter(user=instance.user_id).end(EndReason.LOST)


@receiver(suppressed)
def end_subscriptions(email: str, why: str, **kwargs) -> None:
    """End the subscriptions of a suppressed address, and remove the address from them at once if it refused mail."""
    Subscription.objects.lock(email)
    subscriptions = Subscription.objects.of_addresses([email])
    subscriptions.end(EndReason(why))
    if why == suppression.Why.REFUSED:
        subscriptions.anonymise()


@receiver(tracking)
def suppress_after_bounce(event, **kwargs) -> None:
    """Suppress an address from which mail comes back, or whose owner complains, as a mail service reports."""
    why = bounces.reason(event)
    if why and event.recipient:
        Suppression.objects.add(event.recipient, why)
