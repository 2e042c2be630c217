"""A row for each letter that is due, so that it is sent once."""

from datetime import datetime

from django.db import transaction

from inbox.models import Letter, Subscription

AT_ONCE = 500  # subscriptions of one transaction


def plan(now: datetime) -> int:
    """Write a row for every issue that is due, and say how many subscriptions had one.

    Any number may do so at once. Of issues that were missed only the last one is written: its letter has what the
    others would have had.
    """
    planned = 0
    while some := _plan_some(now):
        planned += some
    return planned


@transaction.atomic
def _plan_some(now: datetime) -> int:
    waiting = Subscription.objects.filter(next_at__lte=now).order_by("next_at", "pk")
    due = list(waiting.select_for_update(skip_locked=True, no_key=True)[:AT_ONCE])
    letters = []
    for subscription in due:
        at = subscription.last_issue(now)
        day = at.astimezone(subscription.clock).date()
        letters.append(Letter(subscription=subscription, issue=day, try_at=at))
        subscription.next_at = subscription.issue_after(now)
    Letter.objects.bulk_create(letters, ignore_conflicts=True)
    Subscription.objects.bulk_update(due, ["next_at"])
    return len(due)
