"""What others do: something that people are told of, or that ends letters. People leave, and mail comes back.

Each kind's signal becomes a job in the transaction that sent it. So nobody is told of what was never written, nothing
that was written is forgotten, and no request waits.
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
from inbox.models.kind import KINDS, Kind
from inbox.models.subscription import Why
from inbox.notifications import tasks
from lib.jobs import defer


def listen() -> None:
    for kind in KINDS.values():
        kind.signal.connect(partial(_hear, kind), weak=False, dispatch_uid=f"inbox.{kind.key}")


def _hear(kind: Kind, sender, signal, **heard) -> None:
    note = kind.note(**heard)
    if note is not None:
        defer(tasks.tell, {"kind": kind.key, "note": note})


@receiver(pre_delete, sender=get_user_model())
def take_subscriptions_along(instance, **kwargs) -> None:
    Subscription.objects.of_person(instance).delete()


@receiver(post_delete, sender=EmailAddress)
def end_private_letters(instance, **kwargs) -> None:
    """To an address that is given up goes nothing any more that only its person may read."""
    Subscription.objects.of_addresses([instance.email]).filter(user=instance.user_id).end(Why.LOST)


@receiver(suppressed)
def end_letters(email: str, why: str, **kwargs) -> None:
    """All that come to a suppressed address; if it was refused, whose they were is forgotten at once."""
    Subscription.objects.lock(email)
    theirs = Subscription.objects.of_addresses([email])
    theirs.end(Why(why))
    if why == suppression.Why.REFUSED:
        theirs.forget_whose()


@receiver(tracking)
def stop_where_mail_comes_back(event, **kwargs) -> None:
    why = bounces.reason(event)
    if why and event.recipient:
        Suppression.objects.add(event.recipient, why)
