"""Letters on their way out: planned, claimed one by one, and sent once, however many do so and whoever dies."""

import logging
import smtplib
from contextlib import ExitStack
from datetime import datetime
from functools import partial

from django.core.mail import mailers
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from accounts.models import Suppression, suppression
from inbox import bounces
from inbox.letters import issue, letter_message
from inbox.letters.planning import plan
from inbox.models import Letter
from inbox.models.letter import State
from inbox.models.subscription import Why
from lib.mail import hand_over
from lib.refusals import BadInput, Busy

logger = logging.getLogger(__name__)


def run() -> int:
    """Send every letter that is due by now; how many were.

    Raises OSError if the mail server is not there or breaks off: what is left waits, and so does the letter that was
    on its way, a little longer each time.
    """
    now, sent = timezone.now(), 0
    plan(now)
    with mailers.default as mailer:
        while (was_sent := _send_next(mailer, now)) is not None:
            sent += was_sent
    return sent


def _send_next(mailer: BaseEmailBackend, now: datetime) -> bool | None:
    """Whether the next letter was sent; None if there is none."""
    with ExitStack() as failing, ExitStack() as claim:
        claim.enter_context(transaction.atomic())
        letter = Letter.objects.claim(now)
        if letter is None:
            return None
        failing.push(partial(_set_right, letter))
        was_sent = _send(letter, mailer, claim)
        failing.pop_all()
    return was_sent


def _send(letter: Letter, mailer: BaseEmailBackend, claim: ExitStack) -> bool:
    """Whether it was. The claim is closed, and so committed, in the moment in which the server takes the letter."""
    subscription = letter.subscription
    try:
        found = subscription.is_active and issue.of(subscription, letter.issue, timezone.now())
    except Http404:
        subscription.end(Why.LOST)
        found = None
    except (BadInput, Busy) as error:  # it has a filter that is not known any more, or its search took too long
        letter.postpone(str(error))
        return False
    if not found:
        letter.drop()
        return False
    return _hand_over(letter, found, mailer, claim)


def _hand_over(letter: Letter, found: issue.Edition, mailer: BaseEmailBackend, claim: ExitStack) -> bool:
    def commit() -> None:
        letter.seal(found)
        claim.close()

    try:
        hand_over(mailer, letter_message.message(letter, found), commit)
    except smtplib.SMTPRecipientsRefused as error:
        refusal = bounces.Refusal.of(error)
        if refusal.closes:
            raise
        if refusal.is_for_good:
            letter.fail(str(refusal))
            Suppression.objects.add(letter.subscription.email, suppression.Why.BOUNCED)
        else:
            letter.postpone(str(refusal))
    except smtplib.SMTPResponseException as error:
        if error.smtp_code < bounces.FOR_GOOD:  # the server wants to be left alone for a while
            raise
        letter.postpone(str(error))
    return letter.state == State.SENT


def _set_right(letter: Letter, kind, error: BaseException | None, trace) -> None:
    """After an error that ends the run, which others may be going on with.

    A connection that breaks at the dot leaves it open whether the server has the letter. It counts as sent.
    """
    letter.refresh_from_db(fields=["state", "sent_at"])  # the commit itself may be what failed
    if letter.state == State.SENT and not isinstance(error, smtplib.SMTPResponseException):
        logger.error("The letter %s may or may not have arrived: no answer came (%s)", letter.pk, error)
    else:
        letter.postpone(str(error))
