"""What the worker does for the inbox."""

from procrastinate.contrib.django import app

from inbox import delivery
from lib.jobs import RETRY


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="letters", pass_context=False, retry=RETRY)
def send_letters(timestamp: int) -> None:
    delivery.run()
