"""Jobs and workers as they stand in the database; procrastinate's own models cannot be written."""

import json

from django.core.management import call_command
from django.db import connection

EXPORT = "papers.people.tasks.make_export"


def sql(statement: str, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else None


def job(task=EXPORT, status="failed", attempts=0, worker=None, lock=None, **args) -> int:
    """A job as it stands in the database."""
    [[pk]] = sql(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args, attempts, queueing_lock)"
        " VALUES ('default', %s, %s::jsonb, %s, %s) RETURNING id",
        task,
        json.dumps(args),
        attempts,
        lock,
    )
    if status != "todo":
        sql("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s", worker, pk)
    if status not in {"todo", "doing"}:
        sql("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", status, pk)
    return pk


def worker(seconds_ago=0) -> int:
    return sql(
        "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s * interval '1 second') RETURNING id",
        seconds_ago,
    )[0][0]


def work() -> None:
    """A worker that does what is due, and ends."""
    call_command("procrastinate", "worker", "--one-shot")
