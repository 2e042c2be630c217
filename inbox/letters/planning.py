"""Writes a letter for each subscription that is due. The rows make sure that each letter is sent once."""

from datetime import datetime

from django.db import transaction

from inbox.models import Letter, Subscription

BATCH_SIZE = 500  # subscriptions in one transaction


def plan(now: datetime) -> int:
    """Write the letters that are due, and return the number of subscriptions that had one.

    Any number of workers may do so at once. If a subscription missed several letters, only the last one is written: it
    has the papers of all of them.
    """
    planned = 0
    while count := _plan_batch(now):
        planned += count
    return planned


@transaction.atomic
def _plan_batch(now: datetime) -> int:
    waiting = Subscription.objects.filter(next_at__lte=now).order_by("next_at", "pk")
    due = list(waiting.select_for_update(skip_locked=True, no_key=True)[:BATCH_SIZE])
    letters = []
    for subscription in due:
        at = subscription.last_due(now)
        day = at.astimezone(subscription.zone_info).date()
        letters.append(Letter(subscription=subscription, day=day, try_at=at))
        subscription.next_at = subscription.next_after(now)
    Letter.objects.bulk_create(letters, ignore_conflicts=True)
    Subscription.objects.bulk_update(due, ["next_at"])
    return len(due)
