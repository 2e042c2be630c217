"""The nightly job of the inbox; the other jobs are in the `tasks.py` of their subpackage."""

from importlib import import_module

from procrastinate.contrib.django import app

from inbox.models import Letter, Notification, Subscription
from lib import throttle
from lib.jobs import RETRY

for room in ("addresses", "letters", "notifications"):
    import_module(f"inbox.{room}.tasks")


@app.periodic(cron="52 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def delete_old(timestamp: int) -> None:
    """Delete what has been kept for long enough."""
    Notification.objects.delete_old()
    Subscription.objects.expire()
    Letter.objects.delete_unsent()
    throttle.forget_expired()
