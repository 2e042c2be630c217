"""The worker's job that writes the dump."""

import logging

from django.conf import settings
from procrastinate.contrib.django import app

from api.dump import writing
from lib.jobs import RETRY, periodic

logger = logging.getLogger(__name__)


@periodic(settings.DUMP)
@app.task(lock="dump", pass_context=False, retry=RETRY)
def write_dump(timestamp: int) -> None:
    index = writing.write()
    logger.info("The dump has %s papers in %s files", index["papers"], len(index["files"]))
