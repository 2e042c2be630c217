"""Background jobs for the page of moderators: queries of jobs by their state, and retrying failed ones."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import time

from django.db import transaction
from django.db.models import Count, Max, Min, Q, QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from procrastinate import sql
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinatePeriodicDefer, ProcrastinateWorker
from procrastinate.exceptions import UniqueViolation

from inbox.models import Letter
from lib.jobs import KEPT_SECONDS, RETRY, manager, store_error

ALIVE = timedelta(seconds=60)  # since the last heartbeat of a worker, which procrastinate writes every ten seconds
LATEST = 50
MAX_RETRIED = 1_000  # jobs that one request puts back

_started = Q(procrastinateevent__type="started")


@dataclass(frozen=True)
class Periodic:
    """A periodic task. `last` and `next` are when it was and will be deferred; they and `cron` are in UTC."""

    name: str
    cron: str
    last: datetime | None
    next: datetime


def alive() -> QuerySet[ProcrastinateWorker]:
    return ProcrastinateWorker.objects.filter(last_heartbeat__gt=Now() - ALIVE)


def last_seen() -> datetime | None:
    """Returns when a worker last sent a heartbeat or deferred a periodic task, or None if there was never one."""
    heartbeat = ProcrastinateWorker.objects.aggregate(at=Max("last_heartbeat"))["at"]
    deferred = ProcrastinatePeriodicDefer.objects.aggregate(at=Max("defer_timestamp"))["at"]
    times = [heartbeat, deferred and datetime.fromtimestamp(deferred, UTC)]
    return max(filter(None, times), default=None)


def running() -> QuerySet[ProcrastinateJob]:
    """Returns the running jobs, the longest-running first. `since` is when a job was started."""
    jobs = ProcrastinateJob.objects.filter(status="doing")
    return jobs.annotate(since=Max("procrastinateevent__at", filter=_started)).order_by("since", "pk")


def waiting() -> QuerySet[ProcrastinateJob]:
    """Returns a row for each task that has waiting jobs: the number of its `jobs`, and when the first one is `due`."""
    rows = ProcrastinateJob.objects.filter(status="todo").values("task_name")
    return rows.annotate(jobs=Count("pk"), due=Min(Coalesce("scheduled_at", Now()))).order_by("due", "task_name")


def failed() -> QuerySet[ProcrastinateJob]:
    """Returns the failed jobs, the latest first. `tries` counts the attempts; the last one failed at `failed_at`."""
    return (
        ProcrastinateJob.objects.filter(status="failed")
        .annotate(
            failed_at=Max("procrastinateevent__at", filter=Q(procrastinateevent__type="failed")),
            tries=Count("procrastinateevent", filter=_started),
        )
        .order_by("-failed_at", "-pk")
    )


def failing() -> QuerySet[ProcrastinateJob]:
    """Returns a row for each task that has failed jobs: the number of its `jobs`."""
    rows = ProcrastinateJob.objects.filter(status="failed").values("task_name")
    return rows.annotate(jobs=Count("pk")).order_by("-jobs", "task_name")


def unsent_letters() -> dict:
    """Returns the last error of sending letters, and how many of them wait for another attempt or failed for good."""
    letters = Letter.objects.exclude(error="").exclude(state="sent")
    counts = {state: Count("pk", filter=Q(state=state)) for state in ("waiting", "failed")}
    last = letters.order_by("-try_at").values_list("error", flat=True)[:1]
    return letters.aggregate(**counts) | {"error": next(iter(last), "")}


def periodic() -> list[Periodic]:
    """Returns the periodic tasks, the one that is due next first."""
    defers = ProcrastinatePeriodicDefer.objects.values_list("task_name").annotate(Max("defer_timestamp"))
    last = {name: datetime.fromtimestamp(stamp, UTC) for name, stamp in defers if stamp}
    tasks = []
    for task in app.periodic_registry.periodic_tasks.values():
        due = task.croniter.get_next(float, start_time=time())
        name = task.task.name
        tasks.append(Periodic(name, task.cron, last.get(name), datetime.fromtimestamp(due, UTC)))
    return sorted(tasks, key=lambda task: (task.next, task.name))


def retry(pk: int) -> bool:
    """Put a failed job back into the queue. A job that has not failed is left alone.

    Returns False if that is impossible because another job with its queueing lock waits already, otherwise True.
    """
    with transaction.atomic():
        job = ProcrastinateJob.objects.select_for_update().filter(pk=pk, status="failed").first()
        return job is None or _put_back(job)


def retry_all(task: str) -> tuple[int, int]:
    """Put the latest MAX_RETRIED failed jobs of the task back. Returns how many could be put back and how many not."""
    pks = list(failed().filter(task_name=task).values_list("pk", flat=True)[:MAX_RETRIED])
    succeeded = sum(retry(pk) for pk in pks)
    return succeeded, len(pks) - succeeded


@transaction.atomic
def rescue(worker: int) -> list[ProcrastinateJob]:
    """Put back the jobs whose worker was killed, as often as RETRY allows for jobs that fail. Returns these jobs.

    `worker` is the id of the calling worker, which is alive even if its last heartbeat is old.
    """
    is_dead = Q(worker=None) | Q(worker__last_heartbeat__lt=Now() - ALIVE)
    stalled = ProcrastinateJob.objects.filter(is_dead, status="doing").exclude(worker=worker)
    jobs = list(stalled.select_for_update(of=("self",), skip_locked=True))
    for job in jobs:
        if job.attempts >= RETRY.max_attempts:
            _finish(job, delete=False)
            store_error(job.pk, "Its worker was killed, once more.")
        elif not _put_back(job):
            _finish(job, delete=True)  # the waiting job with the same lock does the work
    return jobs


def clear() -> None:
    """Delete jobs that failed or were cancelled longer ago than KEPT_SECONDS. Successful ones are deleted at once."""
    statuses = ["failed", "cancelled", "aborted"]
    manager.connector.execute_query(
        sql.queries["delete_old_jobs"], statuses=statuses, queue=None, nb_hours=KEPT_SECONDS // 3600
    )


def _put_back(job: ProcrastinateJob) -> bool:
    try:
        with transaction.atomic():
            manager.retry_job_by_id(job.pk, timezone.now())
    except UniqueViolation:
        return False
    return True


def _finish(job: ProcrastinateJob, *, delete: bool) -> None:
    manager.connector.execute_query(sql.queries["finish_job"], job_id=job.pk, status="failed", delete_job=delete)
