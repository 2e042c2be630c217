"""Several things at once, each in a thread with a connection of its own."""

import fcntl
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier

from django.db import connection, transaction

_WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid())"


def race(*acts: Callable[[], object]) -> list:
    """What each returned, or the exception that it raised, in their order; none begins before all are ready."""
    start = Barrier(len(acts))

    def run(act):
        start.wait()
        try:
            return act()
        finally:
            connection.close()

    with _turn(), ThreadPoolExecutor(len(acts)) as pool:
        futures = [pool.submit(run, act) for act in acts]
    return [future.exception() or future.result() for future in futures]


def interleave(first: Callable[[], object], act: Callable[[], object], second: Callable[[], object] = bool) -> object:
    """Do `first` and `second` in one transaction, and begin `act` between them, which must wait for the first.

    Returns what `act` returned in the end, or the exception that it raised.
    """

    def run():
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            future = pool.submit(run)
            until_somebody_waits()
            second()
        return future.exception() or future.result()


def until_somebody_waits() -> None:
    """Returns once another session of PostgreSQL waits for a lock."""
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute(_WAITS)
            if cursor.fetchone() == (True,):
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")


@contextmanager
def _turn():
    """Let one process of the run race at a time: two races of 64 would need more connections than PostgreSQL has."""
    with (Path(os.environ["BROADSHEET_DATA"]) / "race.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
