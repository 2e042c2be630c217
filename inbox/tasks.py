"""What the worker does of letters."""

from procrastinate.contrib.django import app

from inbox.models import Subscription, Throttle
from lib.jobs import RETRY


@app.task(pass_context=False, retry=RETRY)
def ask(email: str, ip: str, **settings) -> None:
    Subscription.objects.ask(email, ip, **settings)


@app.task(pass_context=False, retry=RETRY)
def remind(email: str, ip: str) -> None:
    Subscription.objects.remind(email, ip)


@app.periodic(cron="47 3 * * *")
@app.task(queueing_lock="forget_asked", pass_context=False, retry=RETRY)
def forget_asked(timestamp: int) -> None:
    Subscription.objects.forget_asked()
    Throttle.objects.forget()
