"""What the worker does for the inbox: tell, mail at once and every morning, clean up at night."""

from django.contrib.auth import get_user_model
from django.db import transaction
from procrastinate.contrib.django import app

from inbox import mailing
from inbox.kinds import kinds
from inbox.models import Notification
from lib.jobs import RETRY


@app.task(retry=RETRY, pass_context=False)
@transaction.atomic
def tell(kind: str, note: dict) -> None:
    known = kinds()[kind]
    at_once = Notification.objects.tell(known, known.told(**note))
    if at_once:
        mail_at_once.batch_defer(*({"notification": pk} for pk in at_once))


@app.task(retry=RETRY, pass_context=False)
def mail_at_once(notification: int) -> None:
    for note in Notification.objects.filter(pk=notification).select_related("user"):
        mailing.mail(note.user, pk=notification)


@app.periodic(cron="0 7 * * *")
@app.task(retry=RETRY, pass_context=False)
def mail_daily(timestamp: int) -> None:
    """Also what was to be told at once and could not be."""
    people = Notification.objects.unmailed().values_list("user", flat=True).distinct()
    if jobs := [{"user": user} for user in people]:
        mail_day.batch_defer(*jobs)


@app.task(retry=RETRY, pass_context=False)
def mail_day(user: int) -> None:
    for person in get_user_model().objects.filter(pk=user):
        mailing.mail(person)


@app.periodic(cron="52 3 * * *")
@app.task(queueing_lock="clear_notifications", pass_context=False)
def clear_notifications(timestamp: int) -> None:
    Notification.objects.clear()
