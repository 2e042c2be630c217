"""The worker's jobs as moderators see them: what runs, waits, failed and comes again, and how it is begun again."""

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
from lib.jobs import KEPT, RETRY, manager, remember

ALIVE = timedelta(seconds=60)  # since its last sign; procrastinate gives one every ten seconds
LATEST = 50
AT_ONCE = 1_000  # jobs of one task that one press of a button begins again

_started = Q(procrastinateevent__type="started")


@dataclass(frozen=True)
class Periodic:
    """A task that comes by itself; `last` and `next` are moments, in UTC as its `cron` is."""

    name: str
    cron: str
    last: datetime | None
    next: datetime


def alive() -> QuerySet[ProcrastinateWorker]:
    return ProcrastinateWorker.objects.filter(last_heartbeat__gt=Now() - ALIVE)


def last_sign() -> datetime | None:
    """When any worker was last heard of, or last begun anything that comes by itself; None: never."""
    heard = ProcrastinateWorker.objects.aggregate(at=Max("last_heartbeat"))["at"]
    begun = ProcrastinatePeriodicDefer.objects.aggregate(at=Max("defer_timestamp"))["at"]
    signs = [heard, begun and datetime.fromtimestamp(begun, UTC)]
    return max((sign for sign in signs if sign), default=None)


def running() -> QuerySet[ProcrastinateJob]:
    """With `since`, the longest-running first."""
    jobs = ProcrastinateJob.objects.filter(status="doing")
    return jobs.annotate(since=Max("procrastinateevent__at", filter=_started)).order_by("since", "pk")


def waiting() -> QuerySet[ProcrastinateJob]:
    """A row a task: how many `jobs` of it wait, and when the first of them is `due`."""
    rows = ProcrastinateJob.objects.filter(status="todo").values("task_name")
    return rows.annotate(jobs=Count("pk"), due=Min(Coalesce("scheduled_at", Now()))).order_by("due", "task_name")


def failed() -> QuerySet[ProcrastinateJob]:
    """With `tries` and `failed_at`, the latest first."""
    return (
        ProcrastinateJob.objects.filter(status="failed")
        .annotate(
            failed_at=Max("procrastinateevent__at", filter=Q(procrastinateevent__type="failed")),
            tries=Count("procrastinateevent", filter=_started),
        )
        .order_by("-failed_at", "-pk")
    )


def failing() -> QuerySet[ProcrastinateJob]:
    """A row a task: how many `jobs` of it failed."""
    rows = ProcrastinateJob.objects.filter(status="failed").values("task_name")
    return rows.annotate(jobs=Count("pk")).order_by("-jobs", "task_name")


def held_up() -> dict:
    """Letters that could not be sent: how many wait to be tried again, how many failed for good, and the last error."""
    letters = Letter.objects.exclude(error="").exclude(state="sent")
    counts = {state: Count("pk", filter=Q(state=state)) for state in ("waiting", "failed")}
    last = letters.order_by("-try_at").values_list("error", flat=True)[:1]
    return letters.aggregate(**counts) | {"error": next(iter(last), "")}


def periodic() -> list[Periodic]:
    """What comes next first."""
    defers = ProcrastinatePeriodicDefer.objects.values_list("task_name").annotate(Max("defer_timestamp"))
    last = {name: datetime.fromtimestamp(stamp, UTC) for name, stamp in defers if stamp}
    found = []
    for task in app.periodic_registry.periodic_tasks.values():
        following = task.croniter.get_next(float, start_time=time())
        name = task.task.name
        found.append(Periodic(name, task.cron, last.get(name), datetime.fromtimestamp(following, UTC)))
    return sorted(found, key=lambda task: (task.next, task.name))


def retry(pk: int) -> bool:
    """Let the job, if it failed, begin again at once; whether it could: not while another of its lock waits."""
    with transaction.atomic():
        job = ProcrastinateJob.objects.select_for_update().filter(pk=pk, status="failed").first()
        return job is None or _put_back(job)


def retry_all(task: str) -> tuple[int, int]:
    """How many of the task's failed jobs begin again, the latest ones first, and how many could not."""
    pks = list(failed().filter(task_name=task).values_list("pk", flat=True)[:AT_ONCE])
    done = sum(retry(pk) for pk in pks)
    return done, len(pks) - done


@transaction.atomic
def rescue(worker: int) -> list[ProcrastinateJob]:
    """Let those begin again whose worker was killed, as often as jobs that fail do; returns them.

    `worker` is the id of the one that asks, and so is alive, whatever the clock says.
    """
    dead = Q(worker=None) | Q(worker__last_heartbeat__lt=Now() - ALIVE)
    stalled = ProcrastinateJob.objects.filter(dead, status="doing").exclude(worker=worker)
    jobs = list(stalled.select_for_update(of=("self",), skip_locked=True))
    for job in jobs:
        if job.attempts >= RETRY.max_attempts:
            _finish(job, delete=False)
            remember(job.pk, "Its worker was killed, once more.")
        elif not _put_back(job):
            _finish(job, delete=True)  # the next one of its lock does its work
    return jobs


def clear() -> None:
    """Forget what ended, badly or by being cancelled, a month ago; what went well is not kept."""
    statuses = ["failed", "cancelled", "aborted"]
    manager.connector.execute_query(
        sql.queries["delete_old_jobs"], statuses=statuses, queue=None, nb_hours=KEPT // 3600
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
