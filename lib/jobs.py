"""What all jobs have in common: when they are tried again, and what is told of one that fails.

A task that comes again within minutes anyway takes no RETRY. One with a `queueing_lock` must not: of such a lock only
one job may wait, and where the next one does so already, this one could not be put back.
"""

import logging
import re
from datetime import datetime

from asgiref.sync import sync_to_async
from django.core.cache import caches
from django.db import connection
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

# What fails is tried again after 4, 16, 64, 256 and 1,024 seconds; then it has failed, which moderators see.
RETRY = RetryStrategy(max_attempts=5, exponential_wait=4)
KEPT = 30 * 24 * 3600  # seconds that a job which failed, and its error, are kept
LONGEST = 300  # characters of an error that are kept

manager = JobManager(DjangoConnector())  # Django's own connection, and so its transactions, in a worker, too

logger = logging.getLogger(__name__)
_ADDRESS = re.compile(r"[^\s<>'\"(,]+@[^\s<>'\"),]+")


def defer(task, *jobs: dict) -> None:
    """A job of this task for each of these arguments, written in the transaction that goes on.

    Inside a worker a task's own `defer` writes by another connection: before the transaction ends, and though it fails.
    """
    options = {"queue": task.queue, "lock": task.lock, "queueing_lock": task.queueing_lock, "priority": task.priority}
    if jobs:
        configure_task(name=task.name, job_manager=manager, **options).batch_defer(*jobs)


def next_try(job, error: Exception) -> datetime | None:
    """When a job with RETRY is tried again after this error; None where this was its last try."""
    decision = RETRY.get_retry_decision(exception=error, job=job)
    return decision and decision.retry_at


def periodic(cron: str):
    """`app.periodic` for a schedule that a setting names; an empty one is never."""
    return app.periodic(cron=cron) if cron else lambda task: task


def set_up(app) -> None:
    """Called by procrastinate once it is ready (PROCRASTINATE_ON_APP_READY)."""
    app.worker_defaults["worker_middleware"] = [tell]


def shown(args: dict) -> str:
    """A job's arguments, as far as they may be shown: `timestamp=1764300000, token=…`. A text may be a secret."""
    return ", ".join(f"{name}={value if isinstance(value, int) else '…'}" for name, value in args.items())


async def tell(call_next, context, worker):
    """Around every job: what it raises stands in the log, each time, and its words are kept for moderators."""
    try:
        return await call_next()
    except Exception as error:
        job = context.job
        logger.exception(
            "%s[%s](%s) failed, attempt %s", job.task_name, job.id, shown(job.task_kwargs), job.attempts + 1
        )
        await sync_to_async(_keep)(job, error)
        raise


def errors(ids: list[int]) -> dict[int, str]:
    """The id of a job → the words with which it last failed, where they are known."""
    kept = caches["default"].get_many([_key(pk) for pk in ids])
    return {pk: kept[_key(pk)] for pk in ids if _key(pk) in kept}


def remember(pk: int, words: str) -> None:
    """Why the job last failed."""
    caches["default"].set(_key(pk), words, KEPT)


def _keep(job, error: Exception) -> None:
    """Without what was given to the job, and without mail addresses: moderators need neither."""
    words = f"{type(error).__name__}: {error}"
    for value in job.task_kwargs.values():
        if isinstance(value, str) and value:
            words = words.replace(value, "…")
    remember(job.id, _ADDRESS.sub("…@…", words)[:LONGEST])
    connection.close()  # of a thread that nobody else looks after


def _key(pk: int) -> str:
    return f"job-error-{pk}"
