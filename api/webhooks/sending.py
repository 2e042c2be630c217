"""Sends the deliveries that are due.

Several receivers are written to at once, by threads that do nothing else, so a slow one delays no other one. A webhook
is leased while an attempt lasts. If the worker is killed, the lease ends, and the same delivery is sent again: so a
receiver may get it twice, by the same key, but never not at all.

An error that nobody expected ends a run, once what came of all attempts is recorded; the next run does without the
webhook for a while.
"""

import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta

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
LATER = timedelta(hours=1)  # until something is sent again to a webhook with which an error came up


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
    with ThreadPoolExecutor(THREADS) as pool, ExitStack() as at_end:
        at_end.callback(_record_all, running)
        while True:
            while len(running) < THREADS and time.monotonic() < end and (attempt := _next()):
                running[pool.submit(_make, attempt)] = attempt
                attempts += 1
            if not running:
                return attempts
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                _finish(future, running.pop(future))


def _record_all(running: dict[Future, Attempt]) -> None:
    """Record what came of these attempts, of each one also if an error comes up with another one."""
    with ExitStack() as each:
        for future, attempt in running.items():
            each.callback(_finish, future, attempt)


def _finish(future: Future, attempt: Attempt) -> None:
    """Record what came of an attempt, once it is over."""
    with ExitStack() as on_error:
        on_error.callback(_set_back, attempt.delivery.webhook_id)
        _record(attempt.delivery, future.result())
        on_error.pop_all()


def _set_back(webhook_id: int) -> None:
    Webhook.objects.filter(pk=webhook_id).update(leased_until=timezone.now() + LATER)


def _next() -> Attempt | None:
    """The next attempt that is due, for which its webhook is leased; None if there is none."""
    while True:
        with ExitStack() as on_error:
            with transaction.atomic():
                now = timezone.now()
                webhook = Webhook.objects.to_send(now).claimed().first()
                if webhook is None:
                    return None
                on_error.callback(_set_back, webhook.pk)
                attempt = _begin(webhook, now)
            on_error.pop_all()
        if attempt:
            return attempt


def _begin(webhook: Webhook, now: datetime) -> Attempt | None:
    """The attempt of the oldest delivery that is due, unless it was deleted just now, or nothing is to be sent."""
    delivery = webhook.deliveries.due(now).select_for_update(no_key=True).first()
    if delivery is None:
        return None
    delivery.webhook = webhook
    attempt = _prepare(delivery)
    if attempt:
        webhook.lease(now)
    else:
        webhook.note_nothing_sent()
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
    if not delivery.is_test:
        delivery.keep_only(papers)
        if not papers:
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
def _record(sent: Delivery, outcome: Outcome) -> None:
    """Record what came of an attempt, unless the webhook or the delivery was deleted in the meantime."""
    webhook = Webhook.objects.select_for_update(no_key=True).filter(pk=sent.webhook_id).first()
    if webhook is None:
        return
    delivery = webhook.deliveries.select_for_update(no_key=True).filter(pk=sent.pk).first()
    if delivery is None:
        webhook.note_nothing_sent()
        return
    delivery.note_attempt(outcome.status, outcome.error, outcome.duration)
    if delivery.is_delivered:
        webhook.note_success()
        return
    webhook.note_failure(delivery.tried_at)
    if outcome.status == GONE:
        webhook.disable(Reason.GONE)
