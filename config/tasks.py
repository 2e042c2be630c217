"""What the worker does for its own sake."""

import logging

from procrastinate.contrib.django import app

from config import jobs
from lib.jobs import RETRY, shown

logger = logging.getLogger(__name__)


# Without a `lock`, which a killed one would hold for ever.
@app.periodic(cron="* * * * *")
@app.task(queueing_lock="rescue_jobs", pass_context=True)
def rescue_jobs(context, timestamp: int) -> None:
    for job in jobs.rescue(context.job.worker_id):
        logger.error("%s[%s](%s) was cut off with its worker", job.task_name, job.pk, shown(job.args))


@app.periodic(cron="47 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def clear_jobs(timestamp: int) -> None:
    jobs.clear()
