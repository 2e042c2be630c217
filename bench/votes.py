"""How many votes a second the site takes: 64 voters at once for one paper, and each for papers of their own.

    .venv/bin/python bench/votes.py [--data FOLDER] [--seconds N]

Over HTTP from the site as its operators start it, with 64 connections of people who are signed in, among 10,000
synthetic papers. Each votes and withdraws in turn. PostgreSQL says since when a process has waited for a lock; that
is looked at every few milliseconds. The clients share the machine with the server, so the CPU time of a vote (web
and PostgreSQL) is printed, too. Exits with 0 if all limits hold, 1 if one is missed, 2 without data.
"""

import argparse
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from random import Random
from unittest.mock import patch

import psutil

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench import servers, state  # noqa: E402
from bench.load import Line, Request, measure  # noqa: E402
from bench.report import Limit, table, verdict  # noqa: E402

_PAPERS, _VOTERS = 10_000, 64
_LEAST = {"one paper": 300, "many papers": 800}  # votes a second
_LOCK_MS, _HOT_PERCENT = 50, 95
_SAMPLED_EVERY = 0.003  # seconds
_WAITS = (
    "SELECT pid, waitstart, clock_timestamp() - waitstart FROM pg_locks WHERE NOT granted AND waitstart IS NOT NULL"
)
_UPDATES = "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'papers_paper'"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=6.0, metavar="N", help="for each line")
    options = state.read_options(parser)
    state.set_up(f"synthetic-{_PAPERS}")
    from bench import database, filling, synthetic
    from lib.env import DATA
    from lib.postgres import CLUSTER
    from papers.search import embedding

    print(state.machine())
    with patch.object(embedding, "Bundled", synthetic.Model):
        filling.fill(_PAPERS, options.files, with_readers=True)
    voters, papers = _voters(), _papers()
    postmaster = int((CLUSTER / "postmaster.pid").read_text().split()[0])
    database.leave()
    rows, limits = [], []
    with servers.site(int(os.environ["PORT"]), DATA / "site.log", workers=None) as site:
        postgres = servers.Server(0, psutil.Process(postmaster))
        for name, least in _LEAST.items():
            line = Line(name, site, lambda voter, one=name == "one paper": _turns(voters[voter], papers, voter, one))
            measure(line, 1, _VOTERS)
            row = _row(line, postgres, options.seconds)
            rows.append((name, *row))
            limits += [
                Limit(f"{name}, votes a second", row[0], least, at_least=True),
                Limit(f"{name}, p99 of the wait for a lock in ms", row[4], _LOCK_MS),
                Limit(f"{name}, HOT updates of papers in per cent", row[5], _HOT_PERCENT, at_least=True),
            ]
    headings = ["votes for", "votes/s", "p50 ms", "p99 ms", "CPU ms", "p99 lock wait ms", "HOT %"]
    print(table(headings, rows))
    return verdict(limits)


def _turns(headers: dict[str, str], papers: list[str], voter: int, for_one: bool) -> Iterator[tuple[Request, ...]]:
    random = Random(voter)
    for path in repeat(papers[0]) if for_one else iter(lambda: random.choice(papers), None):
        yield tuple(Request(f"{path}/{verb}", "POST", headers) for verb in ("vote", "vote/withdraw"))


def _row(line: Line, postgres: servers.Server, seconds: float) -> tuple[float, ...]:
    before, used = _updates(), line.server.cpu_seconds() + postgres.cpu_seconds()
    with _lock_waits() as waits:
        answers, elapsed = measure(line, seconds, _VOTERS)
    cpu = line.server.cpu_seconds() + postgres.cpu_seconds() - used
    updates, hot = (after - earlier for after, earlier in zip(_updates(), before, strict=True))
    times = sorted(answer.milliseconds for answer in answers)
    waited = sorted([*waits.values(), *repeat(0.0, max(0, len(answers) - len(waits)))])
    p50, p99, lock = times[len(times) // 2], times[int(0.99 * len(times))], waited[int(0.99 * len(waited))]
    return len(answers) / elapsed, p50, p99, 1_000 * cpu / len(answers), lock, 100 * hot / max(updates, 1)


@contextmanager
def _lock_waits() -> Iterator[dict[tuple, float]]:
    """The waits for locks, by process and beginning: the ms that each was last seen to have taken."""
    from django.db import connection

    waits, is_over = {}, threading.Event()

    def watch() -> None:
        with connection.cursor() as cursor:
            while not is_over.wait(_SAMPLED_EVERY):
                cursor.execute(_WAITS)
                waits.update({(pid, since): 1_000 * took.total_seconds() for pid, since, took in cursor})
        connection.close()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield waits
    finally:
        is_over.set()
        thread.join()


def _updates() -> tuple[int, int]:
    """How many rows of papers were updated so far, and how many of them without touching an index."""
    from django.db import connection

    time.sleep(1.5)  # until every process has reported what it counted
    with connection.cursor() as cursor:
        cursor.execute(_UPDATES)
        return cursor.fetchone()


def _voters() -> list[dict[str, str]]:
    """The headers of people who are signed in."""
    from django.contrib.auth import get_user_model

    from bench.database import signed_in

    people = get_user_model().objects.filter(username__startswith="person-").order_by("-pk")[:_VOTERS]
    return [{**signed_in(person)[1], "HX-Request": "true"} for person in people]


def _papers() -> list[str]:
    """The addresses of all papers, for which nobody of the voters has voted yet."""
    from papers.models import Paper

    return [paper.get_absolute_url() for paper in Paper.objects.order_by("-pk").only("arxiv_id")]


if __name__ == "__main__":
    sys.exit(main())
