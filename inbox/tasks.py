"""What the worker does for the inbox: letters, notifications, and at night what has had its time."""

from importlib import import_module

from procrastinate.contrib.django import app

from inbox.models import Letter, Notification, Subscription
from lib import throttle
from lib.jobs import RETRY

for room in ("addresses", "letters", "notifications"):
    import_module(f"inbox.{room}.tasks")


@app.periodic(cron="52 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def forget(timestamp: int) -> None:
    Notification.objects.forget()
    Subscription.objects.forget()
    Letter.objects.forget_unsent()
    throttle.forget_expired()
