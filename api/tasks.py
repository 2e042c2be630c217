"""The worker's jobs that write the dump and forget stored answers. Those of webhooks are in their subpackage."""

import logging
from importlib import import_module

from django.conf import settings
from procrastinate.contrib.django import app

from api.dump import writing
from api.models import StoredAnswer
from lib.jobs import RETRY, periodic

logger = logging.getLogger(__name__)

import_module("api.webhooks.tasks")


@app.periodic(cron="42 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def forget_answers(timestamp: int) -> None:
    StoredAnswer.objects.forget()


@periodic(settings.DUMP)
@app.task(lock="dump", pass_context=False, retry=RETRY)
def write_dump(timestamp: int) -> None:
    index = writing.write()
    logger.info("The dump has %s papers in %s files", index["papers"], len(index["files"]))
