"""The nightly job of the API; the jobs of webhooks are in the `tasks.py` of their room."""

from importlib import import_module

from procrastinate.contrib.django import app

from api.models import StoredAnswer
from lib.jobs import RETRY

import_module("api.webhooks.tasks")


@app.periodic(cron="42 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def forget_answers(timestamp: int) -> None:
    StoredAnswer.objects.forget()
