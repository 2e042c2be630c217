"""Sends the deliveries that are due.

Several receivers are written to at once, by threads that do nothing else, so a slow one delays no other one. A webhook
is leased while an attempt lasts. If the worker is killed, the lease ends, and the same delivery is sent again: so a
receiver may get it twice, by the same key, but never not at all.
"""

import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from api.models import Delivery, Webhook
from api.models.delivery import GONE
from api.models.webhook import Reason
from api.webhooks import payload, reading
from lib import outside
from lib.refusals import BadInput, Busy

THREADS = 8
MAX_SECONDS = 50.0  # after which a run begins no attempt; the next run goes on


@dataclass(frozen=True)
class Attempt:
    """A request that is to be made for a delivery."""

    delivery: Delivery
    url: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt: the status, or why there was none, and how many milliseconds it took."""

    status: int | None
    error: str
    duration: int


def run() -> int:
    """Send what is due by now; returns how many attempts were made."""
    end, attempts, running = time.monotonic() + MAX_SECONDS, 0, {}
    with ThreadPoolExecutor(THREADS) as pool:
        while True:
            while len(running) < THREADS and time.monotonic() < end and (attempt := _next()):
                running[pool.submit(_make, attempt)] = attempt
                attempts += 1
            if not running:
                return attempts
            _record_first(running)


def _record_first(running: dict[Future, Attempt]) -> None:
    """Wait until at least one of the attempts is over, record what came of it, and take it out."""
    for future in wait(running, return_when=FIRST_COMPLETED).done:
        _record(running.pop(future).delivery, future.result())


def _next() -> Attempt | None:
    """The next attempt that is due, for which its webhook is leased; None if there is none."""
    while True:
        with transaction.atomic():
            now = timezone.now()
            webhook = Webhook.objects.to_send(now).claimed().first()
            if webhook is None:
                return None
            delivery = webhook.deliveries.due(now).first()
            delivery.webhook = webhook
            if attempt := _prepare(delivery):
                webhook.lease(now)
                return attempt


def _prepare(delivery: Delivery) -> Attempt | None:
    """The request of the delivery; None if nothing is to be sent now. The caller has locked the webhook."""
    webhook = delivery.webhook
    try:
        wanted = reading.sample(webhook) if delivery.is_test else delivery.papers
        papers = reading.readable(webhook, wanted)
    except Http404:
        webhook.disable(Reason.LOST)
        return None
    except (BadInput, Busy) as error:  # a filter of it is no longer valid, or its search took too long
        delivery.note_attempt(None, str(error), 0)
        return None
    if not papers and not delivery.is_test:
        delivery.mark_empty()
        return None
    body = payload.body(delivery, papers)
    return Attempt(delivery, webhook.url, body, payload.headers(webhook, delivery, body, timezone.now()))


def _make(attempt: Attempt) -> Outcome:
    begin, status, error = time.monotonic(), None, ""
    try:
        status = outside.post(attempt.url, attempt.body, attempt.headers)
    except outside.OutsideError as failure:
        error = str(failure)
    return Outcome(status, error, round((time.monotonic() - begin) * 1000))


@transaction.atomic
def _record(delivery: Delivery, outcome: Outcome) -> None:
    """Record what came of an attempt, unless the webhook was deleted in the meantime."""
    webhook = Webhook.objects.select_for_update(no_key=True).filter(pk=delivery.webhook_id).first()
    if webhook is None:
        return
    delivery.refresh_from_db(fields=["attempts", "state"])
    delivery.note_attempt(outcome.status, outcome.error, outcome.duration)
    if delivery.state == "delivered":
        webhook.note_success()
    elif outcome.status == GONE:
        webhook.note_failure(delivery.tried_at)
        webhook.disable(Reason.GONE)
    else:
        webhook.note_failure(delivery.tried_at)
