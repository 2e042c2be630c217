"""Mail to a mailbox that has not been proven to belong to whoever requests it: how much of it is sent.

Confirmations, invitations, reminders and resets of passwords are all such mail and count together.
"""

from datetime import timedelta

from django.http import HttpRequest

from accounts.models import Suppression
from lib import throttle
from lib.http import network_of
from lib.throttle import Limit

TO_A_MAILBOX = Limit("unproven mail to a mailbox", 3, timedelta(days=1))
RESETS = Limit("password resets to a mailbox", 3, timedelta(days=1))
FROM_A_NETWORK = Limit("unproven mail from a network", 20, timedelta(hours=1))
TOO_MANY = "Too many mails were requested from your network in a short time. Wait some minutes, then try again."


def count_request(request: HttpRequest) -> None:
    """Raises TooMany for a network that has requested too many mails; a view calls this before it writes anything.

    A request counts once, however often this is called for it.
    """
    if not hasattr(request, "has_requested_mail"):
        request.has_requested_mail = True
        throttle.demand((FROM_A_NETWORK, network_of(request)), message=TOO_MANY)


def may_go(email: str) -> bool:
    """Whether a mail may go to this address now; it then counts. Whoever requested it must not learn the answer."""
    return not Suppression.objects.has(email) and throttle.take((TO_A_MAILBOX, throttle.mailbox(email))) is None


def may_reset(email: str) -> bool:
    """Whether the owner of a confirmed address may get one more password reset today; it then counts.

    Apart from other mail, which strangers could use up, and although the address is suppressed.
    """
    return throttle.take((RESETS, throttle.mailbox(email))) is None
