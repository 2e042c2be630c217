"""Limits on mail to a mailbox that may not belong to the person who requests the mail.

Confirmations, invitations, reminders and password resets are such mail and count together.
"""

from datetime import timedelta

from django.http import HttpRequest

from accounts.models import Suppression
from lib import throttle
from lib.limits import network_of
from lib.mailboxes import mailbox
from lib.throttle import Limit

TO_A_MAILBOX = Limit("unproven mail to a mailbox", 3, timedelta(days=1))
RESETS = Limit("password resets to a mailbox", 3, timedelta(days=1))
FROM_A_NETWORK = Limit("unproven mail from a network", 20, timedelta(hours=1))
TOO_MANY = "Too many emails were requested from your network. Try again in a few minutes."


def count_request(request: HttpRequest) -> None:
    """Count a request that causes a mail. Raises TooMany if its network has requested too many mails.

    A view calls this before it writes anything. Further calls for the same request do nothing.
    """
    if not hasattr(request, "has_requested_mail"):
        request.has_requested_mail = True
        throttle.demand((FROM_A_NETWORK, network_of(request)), message=TOO_MANY)


def may_send(email: str) -> bool:
    """Returns whether a mail may be sent to this address now, and counts it. The requester must not learn this."""
    return not Suppression.objects.has(email) and throttle.take((TO_A_MAILBOX, mailbox(email))) is None


def may_send_reset(email: str) -> bool:
    """Returns whether a password reset may be sent to this confirmed address now, and counts it.

    Its limit is separate, since strangers could use up the one of other mail. Suppressed addresses get resets, too.
    """
    return throttle.take((RESETS, mailbox(email))) is None
