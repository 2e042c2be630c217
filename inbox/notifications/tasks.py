from django.contrib.auth import get_user_model
from django.db import transaction
from procrastinate.contrib.django import app

from inbox.models import Notification
from inbox.models.kind import KINDS
from inbox.notifications import notification_mail
from lib.jobs import RETRY, defer


@app.task(pass_context=False, retry=RETRY)
@transaction.atomic
def tell(kind: str, note: dict) -> None:
    known = KINDS[kind]
    at_once = Notification.objects.tell(known, known.told(**note))
    defer(mail_at_once, *({"notification": pk} for pk in at_once))


@app.task(pass_context=False, retry=RETRY)
def mail_at_once(notification: int) -> None:
    for note in Notification.objects.filter(pk=notification).select_related("user"):
        notification_mail.mail(note.user, pk=notification)


@app.periodic(cron="0 7 * * *")
@app.task(pass_context=False, retry=RETRY)
def mail_daily(timestamp: int) -> None:
    """Also what was to be told at once and could not be."""
    people = Notification.objects.unmailed().values_list("user", flat=True).distinct()
    defer(mail_day, *({"user": user} for user in people))


@app.task(pass_context=False, retry=RETRY)
def mail_day(user: int) -> None:
    for person in get_user_model().objects.filter(pk=user):
        notification_mail.mail(person)
