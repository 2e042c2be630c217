"""What the worker does for the inbox."""

from procrastinate.contrib.django import app

from inbox import delivery


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="letters", pass_context=False)
def send_letters(timestamp: int) -> None:
    delivery.run()
