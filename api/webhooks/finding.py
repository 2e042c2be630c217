"""Finds what is new in the lists of webhooks, and writes deliveries of it.

A paper is new for a webhook if it came into the list within `reading.RECENT`, was not in it when the webhook was made,
and is in no delivery of that time. So papers that an import brings with an earlier time are found, too, and those that
match a filter only later. The deliveries are written in the transaction that holds the webhooks, so whatever is killed,
a paper is in one delivery. An error that nobody expected ends a run; the next one begins with the other lists.
"""

import logging
import time
from collections import defaultdict
from contextlib import ExitStack
from datetime import datetime, timedelta
from itertools import batched

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from api.models import Delivery, Webhook
from api.models.delivery import MAX_PAPERS
from api.models.webhook import LOOK_EVERY, Reason
from api.webhooks import reading
from lib.refusals import BadInput, Busy

logger = logging.getLogger(__name__)

MAX_SECONDS = 30.0  # after which a run looks at no other list; the next run goes on
LATER = timedelta(hours=1)  # until a list is looked at again that took too long, or in which an error came up


def run() -> int:
    """Write the deliveries of all webhooks whose lists are to be looked at by now; returns how many were written."""
    now, end, written = timezone.now(), time.monotonic() + MAX_SECONDS, 0
    while time.monotonic() < end and (count := _look(now)) is not None:
        written += count
    return written


def _look(now: datetime) -> int | None:
    """How many deliveries were written of the next list; None if no list is to be looked at."""
    with ExitStack() as on_error:
        with transaction.atomic():
            webhooks = _claimed(now)
            on_error.callback(_look_again, webhooks, now + LATER)
            written = _write(webhooks, now) if webhooks else None
        on_error.pop_all()
    return written


def _claimed(now: datetime) -> list[Webhook]:
    """All webhooks of the list that is to be looked at next, locked."""
    due = Webhook.objects.to_look_at(now)
    first = due.claimed().first()
    if first is None or first.is_private:
        return [first] if first else []
    return list(due.filter(address=first.address, is_private=False).claimed())


def _write(webhooks: list[Webhook], now: datetime) -> int:
    """How many deliveries were written for these webhooks of one list."""
    try:
        found = reading.recent(webhooks[0], now)
    except Http404:
        for webhook in webhooks:
            webhook.disable(Reason.LOST)
        return 0
    except (BadInput, Busy) as error:
        # The error may quote words that are searched for.
        logger.warning("The list of webhook %s is looked at again later: %s", webhooks[0].pk, type(error).__name__)
        _look_again(webhooks, now + LATER)
        return 0
    sent = _sent_since(webhooks, now - reading.RECENT)
    deliveries = [delivery for webhook in webhooks for delivery in _new(webhook, found, sent[webhook.pk])]
    Delivery.objects.bulk_create(deliveries)
    _look_again(webhooks, now + LOOK_EVERY)
    return len(deliveries)


def _look_again(webhooks: list[Webhook], at: datetime) -> None:
    Webhook.objects.filter(pk__in=[webhook.pk for webhook in webhooks]).update(look_at=at)


def _sent_since(webhooks: list[Webhook], moment: datetime) -> dict[int, set[int]]:
    """The ids of the papers in the deliveries of each webhook that were written since then."""
    sent = defaultdict(set)
    deliveries = Delivery.objects.filter(webhook__in=webhooks, created_at__gte=moment)
    for webhook, papers in deliveries.values_list("webhook", "papers"):
        sent[webhook].update(papers)
    return sent


def _new(webhook: Webhook, found: list[tuple[int, datetime]], sent: set[int]) -> list[Delivery]:
    """Deliveries of what was found and is new for the webhook."""
    if webhook.initial_papers is None:
        webhook.begin([pk for pk, since in found if since <= webhook.created_at])
    old = sent.union(webhook.initial_papers)
    new = [pk for pk, _ in found if pk not in old]
    return [Delivery(webhook=webhook, papers=list(papers)) for papers in batched(new, MAX_PAPERS)]
