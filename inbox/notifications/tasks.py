from django.contrib.auth import get_user_model
from django.db import transaction
from procrastinate.contrib.django import app

from inbox.models import Notification
from inbox.models.kind import KINDS
from inbox.notifications import notification_mail
from lib.jobs import RETRY, defer


@app.task(pass_context=False, retry=RETRY)
@transaction.atomic
def notify(kind: str, payload: dict) -> None:
    kind = KINDS[kind]
    at_once = Notification.objects.notify(kind, kind.notifications(**payload))
    defer(mail_at_once, *({"notification": pk} for pk in at_once))


@app.task(pass_context=False, retry=RETRY)
def mail_at_once(notification: int) -> None:
    for row in Notification.objects.filter(pk=notification).select_related("user"):
        notification_mail.send(row.user, pk=row.pk)


@app.periodic(cron="0 7 * * *")
@app.task(pass_context=False, retry=RETRY)
def mail_daily(timestamp: int) -> None:
    """Start a job for each user with unmailed notifications, also with those that could not be mailed at once."""
    users = Notification.objects.unmailed().values_list("user", flat=True).distinct()
    defer(mail_user, *({"user": pk} for pk in users))


@app.task(pass_context=False, retry=RETRY)
def mail_user(user: int) -> None:
    for row in get_user_model().objects.filter(pk=user):
        notification_mail.send(row)
