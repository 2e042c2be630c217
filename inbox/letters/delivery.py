"""Sends letters: each once, however many workers do so and whichever of them is killed."""

import logging
import smtplib
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from time import monotonic, sleep

from django.core.mail import mailers
from django.core.mail.backends.base import BaseEmailBackend
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.http import Http404
from django.utils import timezone

from accounts.models import Suppression, suppression
from inbox.bounces import PERMANENT, Refusal
from inbox.letters.issue import Issue, compose
from inbox.letters.letter_message import message
from inbox.letters.planning import plan
from inbox.models import Letter
from inbox.models.letter import State
from inbox.models.subscription import EndReason
from lib import metrics
from lib.mail import hand_over
from lib.refusals import BadInput, Busy

DATABASE_SECONDS = 60  # for a database that was killed to be back

logger = logging.getLogger(__name__)


def run() -> int:
    """Send every letter that is due by now; returns how many were sent.

    Raises OSError if the mail server cannot be reached or closes the connection: the other letters then wait for the
    next run, and the one that was being sent is postponed.
    """
    now, sent = timezone.now(), 0
    plan(now)
    with mailers.default as mailer:
        while (was_sent := _send_next(mailer, now)) is not None:
            sent += was_sent
    return sent


def _send_next(mailer: BaseEmailBackend, now: datetime) -> bool | None:
    """Whether the next letter was sent; None if no letter is due."""
    with ExitStack() as on_error, ExitStack() as claim:
        claim.enter_context(transaction.atomic())
        letter = Letter.objects.claim(now)
        if letter is None:
            return None
        on_error.push(partial(_record_error, letter))
        was_sent = _send(letter, mailer, claim)
        on_error.pop_all()
    metrics.count_letter(letter.state)
    return was_sent


def _send(letter: Letter, mailer: BaseEmailBackend, claim: ExitStack) -> bool:
    """Whether the letter was sent. The claim is committed in the moment in which the server takes the letter."""
    subscription = letter.subscription
    try:
        is_wanted = subscription.is_active and not letter.is_to_inactive
        issue = is_wanted and compose(subscription, letter.day, timezone.now())
    except Http404:
        subscription.end(EndReason.LOST)
        issue = None
    except (BadInput, Busy) as error:  # a filter of it is no longer valid, or its search took too long
        letter.postpone(str(error))
        return False
    if not issue:
        letter.mark_empty()
        return False
    return _hand_over(letter, issue, mailer, claim)


def _hand_over(letter: Letter, issue: Issue, mailer: BaseEmailBackend, claim: ExitStack) -> bool:
    def commit() -> None:
        letter.mark_sent(issue)
        claim.close()

    try:
        hand_over(mailer, message(letter, issue), commit)
    except smtplib.SMTPRecipientsRefused as error:
        refusal = Refusal.of(error)
        if refusal.closes_connection:
            raise
        if refusal.is_permanent:
            letter.fail(str(refusal))
            Suppression.objects.add(letter.subscription.email, suppression.Why.BOUNCED)
        else:
            letter.postpone(str(refusal))
    except smtplib.SMTPResponseException as error:
        if error.smtp_code < PERMANENT:  # the server takes nothing for a while
            raise
        letter.postpone(str(error))
    return letter.state == State.SENT


def _record_error(letter: Letter, kind, error: BaseException | None, trace) -> None:
    """Record an error that ends the run, as the exit callback of an ExitStack.

    If the connection breaks while the server takes the letter, nobody knows whether it has it: it counts as sent. If
    the commit fails, whatever PostgreSQL has of it, the dot was not sent, and the letter waits again.
    """
    _refresh(letter)
    is_handed_over = not isinstance(error, (DatabaseError, InterfaceError, smtplib.SMTPResponseException))
    if letter.state == State.SENT and is_handed_over:
        logger.error("The letter %s may or may not have arrived: no answer came (%s)", letter.pk, error)
    else:
        letter.postpone(str(error))
    metrics.count_letter(letter.state)


def _refresh(letter: Letter) -> None:
    """Read the state that the letter has in the database, as soon as that answers again."""
    deadline = monotonic() + DATABASE_SECONDS
    while True:
        try:
            return letter.refresh_from_db(fields=["state", "sent_at"])
        except (OperationalError, InterfaceError):
            if monotonic() > deadline:
                raise
        connection.close()
        sleep(1)
