"""Periodic tasks that maintain the job queue itself."""

import logging

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
