"""Retries, deferring and error records of background jobs.

A task that is scheduled every few minutes needs no RETRY. A task with a `queueing_lock` must not have it: only one job
with such a lock may wait, so a failed job could not be put back while the next one waits.
"""

import logging
from datetime import datetime

from asgiref.sync import sync_to_async
from django.core.cache import caches
from django.db import connection
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager
from procrastinate.periodic import PeriodicTask
from procrastinate.tasks import configure_task

from lib import metrics, watching
from lib.logs import without_addresses

# A job that fails is tried again after 4, 16, 64, 256 and 1,024 seconds. Moderators see it if it then fails again.
RETRY = RetryStrategy(max_attempts=5, exponential_wait=4)
KEPT_SECONDS = 30 * 24 * 3600  # for a job that failed, and for its error
MAX_ERROR_LENGTH = 300  # characters

manager = JobManager(DjangoConnector())  # uses Django's connection and its transactions, also inside a worker

logger = logging.getLogger(__name__)


def defer(task, *jobs: dict) -> None:
    """Write a job of this task for each dictionary of arguments, as part of the current transaction.

    In a worker, the task's own `defer` uses another connection, so its job would exist although the transaction fails.
    """
    options = {"queue": task.queue, "lock": task.lock, "queueing_lock": task.queueing_lock, "priority": task.priority}
    if jobs:
        configure_task(name=task.name, job_manager=manager, **options).batch_defer(*jobs)


def next_try(job, error: Exception) -> datetime | None:
    """Returns when a job with RETRY is tried again after this error, or None if this was its last attempt."""
    decision = RETRY.get_retry_decision(exception=error, job=job)
    return decision and decision.retry_at


def periodic(cron: str):
    """Returns a decorator like `app.periodic`, which leaves the task unscheduled if the cron expression is empty."""
    return app.periodic(cron=cron) if cron else lambda task: task


def next_time(cron: str) -> datetime | None:
    """Returns when the worker will next do what has this cron expression; None without one."""
    return PeriodicTask(None, cron, "", {}).croniter.get_next(datetime, start_time=timezone.now()) if cron else None


def set_up(app) -> None:
    """Install the middleware of this module. procrastinate calls this at its start (PROCRASTINATE_ON_APP_READY)."""
    app.worker_defaults["worker_middleware"] = [record_errors]


def masked(args: dict) -> str:
    """Returns a job's arguments as text. Only numbers are shown, since others may be secrets: `pk=17, token=…`."""
    return ", ".join(f"{name}={value if isinstance(value, int) else '…'}" for name, value in args.items())


async def record_errors(call_next, context, worker):
    """Worker middleware that counts jobs, logs each exception of one, and stores its message for moderators."""
    job = context.job
    with watching.job(job.id, job.task_name):
        try:
            result = await call_next()
        except Exception as error:
            arguments = masked(job.task_kwargs)
            logger.exception("%s[%s](%s) failed, attempt %s", job.task_name, job.id, arguments, job.attempts + 1)
            metrics.count_job(job.task_name, "failed")
            await sync_to_async(_store_exception)(job, error)
            raise
    metrics.count_job(job.task_name, "succeeded")
    return result


def errors(ids: list[int]) -> dict[int, str]:
    """Returns the last error message of each of these jobs that has one, by the job's id."""
    cached = caches["default"].get_many([_cache_key(pk) for pk in ids])
    return {pk: cached[_cache_key(pk)] for pk in ids if _cache_key(pk) in cached}


def store_error(pk: int, message: str) -> None:
    """Store the reason why the job failed."""
    caches["default"].set(_cache_key(pk), message, KEPT_SECONDS)


def _store_exception(job, error: Exception) -> None:
    """Store the message of the exception without the job's arguments and without addresses."""
    message = f"{type(error).__name__}: {error}"
    for value in job.task_kwargs.values():
        if isinstance(value, str) and value:
            message = message.replace(value, "…")
    store_error(job.id, without_addresses(message)[:MAX_ERROR_LENGTH])
    connection.close()  # this thread's own, which nothing else closes


def _cache_key(pk: int) -> str:
    return f"job-error-{pk}"
