"""What the worker does for the inbox."""

from procrastinate.contrib.django import app

from inbox import delivery
from inbox.models import Subscription, Throttle
from lib.jobs import RETRY


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="letters", pass_context=False)
def send_letters(timestamp: int) -> None:
    delivery.run()


@app.task(pass_context=False, retry=RETRY)
def ask(email: str, ip: str, **settings) -> None:
    Subscription.objects.ask(email, ip, **settings)


@app.task(pass_context=False, retry=RETRY)
def remind(email: str, ip: str) -> None:
    Subscription.objects.remind(email, ip)


@app.periodic(cron="57 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def forget_asked(timestamp: int) -> None:
    Subscription.objects.forget_asked()
    Throttle.objects.forget()
