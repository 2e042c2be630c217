"""Several things at once, each in a thread with a connection of its own."""

import fcntl
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier

from django.db import connection


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


@contextmanager
def _turn():
    """Let one process of the run race at a time: two races of 64 would need more connections than PostgreSQL has."""
    with (Path(os.environ["BROADSHEET_DATA"]) / "race.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
