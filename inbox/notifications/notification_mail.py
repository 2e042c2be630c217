"""Notifications by mail."""

import smtplib

from django.db import transaction
from django.utils import timezone

from accounts import addresses
from accounts.models import Suppression
from accounts.models.suppression import Why
from inbox.bounces import Refusal
from inbox.models import Notification
from inbox.models.choice import Mails
from inbox.models.kind import How
from inbox.signed_links import STOP
from lib import template_mail
from lib.mail import one_click


@transaction.atomic
def mail(user, **chosen) -> None:
    """Tell the user in one mail of all that waits and was not read meanwhile, or of what a filter chooses of it.

    What another worker mails at this moment is left to it.

    If the mail cannot be sent, the error goes on, and all of them wait as before; if the address is refused for good,
    nothing is mailed there any more. Who dies between the server's yes and the commit leaves them to be mailed again.
    """
    waiting = Notification.objects.unmailed().filter(user=user, **chosen)
    notes = list(waiting.select_for_update(skip_locked=True).order_by("-told_at", "-pk"))
    told, address = Notification.objects.filter(pk__in=[note.pk for note in notes]), addresses.of(user)
    if notes and not address:
        told.update(how=How.NEVER)
    elif notes:
        told.update(mailed_at=timezone.now())
        _send(_letter(user, address, notes), address)


def _send(message, address: str) -> None:
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        if not Refusal.of(error).is_for_good:
            raise
        Suppression.objects.add(address, Why.BOUNCED)


def _letter(user, address: str, notes: list[Notification]):
    stop = STOP.link(Mails(user.pk, tuple(sorted({note.kind for note in notes}))))
    title = notes[0].title if len(notes) == 1 else f"{len(notes)} notifications"
    context = {"notes": notes, "stop": stop}
    return template_mail.write("inbox/notifications/mail.txt", address, title, context, one_click(stop))
