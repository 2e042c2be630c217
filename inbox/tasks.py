"""What the worker does for the inbox: letters, notifications, and at night what has had its time."""

from importlib import import_module

from django.contrib.auth import get_user_model
from django.db import transaction
from procrastinate.contrib.django import app

from inbox import mailing
from inbox.kinds import kinds
from inbox.models import Letter, Notification, Subscription
from lib import throttle
from lib.jobs import RETRY, defer

for room in ("addresses", "letters"):
    import_module(f"inbox.{room}.tasks")


@app.task(pass_context=False, retry=RETRY)
@transaction.atomic
def tell(kind: str, note: dict) -> None:
    known = kinds()[kind]
    at_once = Notification.objects.tell(known, known.told(**note))
    defer(mail_at_once, *({"notification": pk} for pk in at_once))


@app.task(pass_context=False, retry=RETRY)
def mail_at_once(notification: int) -> None:
    for note in Notification.objects.filter(pk=notification).select_related("user"):
        mailing.mail(note.user, pk=notification)


@app.periodic(cron="0 7 * * *")
@app.task(pass_context=False, retry=RETRY)
def mail_daily(timestamp: int) -> None:
    """Also what was to be told at once and could not be."""
    people = Notification.objects.unmailed().values_list("user", flat=True).distinct()
    defer(mail_day, *({"user": user} for user in people))


@app.task(pass_context=False, retry=RETRY)
def mail_day(user: int) -> None:
    for person in get_user_model().objects.filter(pk=user):
        mailing.mail(person)


@app.periodic(cron="52 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def forget(timestamp: int) -> None:
    Notification.objects.forget()
    Subscription.objects.forget()
    Letter.objects.forget_unsent()
    throttle.forget_expired()
