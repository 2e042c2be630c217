"""Sends notifications by mail."""

import smtplib

from django.db import transaction
from django.utils import timezone

from accounts import addresses
from accounts.models import Suppression
from accounts.models.suppression import Why
from inbox.bounces import Refusal
from inbox.models import Notification
from inbox.models.choice import NotificationMails
from inbox.models.kind import Delivery
from inbox.signed_links import STOP
from lib import template_mail
from lib.mail import Message, one_click


@transaction.atomic
def send(user, **filters) -> None:
    """Send the user one mail with all unmailed notifications that these filters leave.

    Notifications that another worker is mailing at the moment are left to it.

    If the mail cannot be sent, the error is raised and they wait as before. If the server refuses the address for good,
    the address is suppressed. If the worker is killed after the server has taken the mail and before the commit, they
    are mailed again.
    """
    waiting = Notification.objects.unmailed().filter(user=user, **filters)
    notifications = list(waiting.select_for_update(skip_locked=True).order_by("-notified_at", "-pk"))
    if not notifications:
        return
    locked = Notification.objects.filter(pk__in=[notification.pk for notification in notifications])
    address = addresses.of(user)
    if address:
        locked.update(mailed_at=timezone.now())
        _send(_message(user, address, notifications), address)
    else:
        locked.update(delivery=Delivery.NEVER)


def _send(message: Message, address: str) -> None:
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        if not Refusal.of(error).is_permanent:
            raise
        Suppression.objects.add(address, Why.BOUNCED)


def _message(user, address: str, notifications: list[Notification]) -> Message:
    kinds = tuple(sorted({notification.kind for notification in notifications}))
    stop = STOP.link(NotificationMails(user.pk, kinds))
    count = len(notifications)
    subject = notifications[0].mail_subject if count == 1 else f"{count} notifications"
    context = {"notifications": notifications, "stop": stop}
    return template_mail.write("inbox/notifications/mail.txt", address, subject, context, one_click(stop))
