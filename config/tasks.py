"""Periodic tasks that maintain the job queue itself, and the cache that all processes share."""

import logging

from django.conf import settings
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app

from config import jobs
from lib.jobs import RETRY, masked

logger = logging.getLogger(__name__)


# It has no `lock`: a job that was killed would hold it for ever.
@app.periodic(cron="* * * * *")
@app.task(queueing_lock="rescue_jobs", pass_context=True)
def rescue_jobs(context, timestamp: int) -> None:
    for job in jobs.rescue(context.job.worker_id):
        logger.error("%s[%s](%s) was cut off with its worker", job.task_name, job.pk, masked(job.args))


@app.periodic(cron="47 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def clear_jobs(timestamp: int) -> None:
    jobs.clear()


@app.periodic(cron="44 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def clear_cache(timestamp: int) -> None:
    """Delete what the shared cache holds beyond its time. Django itself does so only when the cache is full."""
    table = connection.ops.quote_name(settings.CACHES["default"]["LOCATION"])
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [timezone.now()])  # noqa: S608 (a name of ours)
