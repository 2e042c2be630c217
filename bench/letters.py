"""Ten thousand letters to a real SMTP server, then workers killed on the way: `.venv/bin/python bench/letters.py`.

Printed are letters a minute and the most memory that the worker had, beside the same bytes handed over by smtplib
alone; then, after ten workers were killed with SIGKILL at random moments and two at once did the rest, how many
subscribers have none, one, or more than one letter.
"""

import argparse
import os
import random
import smtplib
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench import servers, state  # noqa: E402
from bench.report import Limit, table, verdict  # noqa: E402

LISTS = [
    "/papers",
    "/papers?min_votes=20",
    "/papers?topic=reinforcement+learning",
    "/papers?has=code",
    "/papers?q=language+models",
    "/papers/trending",
]
KILLS, KILLED_AMONG = 10, 2_000
PATIENCE = 1_800  # seconds for a whole run
BARE = 1_000  # letters that smtplib hands over


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--letters", type=int, default=10_000)
    options = state.read_options(parser)
    port, noted = servers.free_port(), state.FOLDER / "letters.noted"
    os.environ |= {"EMAIL_URL": f"smtp://127.0.0.1:{port}"}
    state.set_up("letters")
    os.environ["EMBEDDING"] = "none"  # its model is not what is measured
    fill(options.files[-2:])
    print(state.machine())
    with sink(port, noted):
        limits = run(options.letters, port, noted)
    with sink(port, noted):
        limits += survive(noted)
    return verdict(limits)


def fill(files: list[Path]) -> None:
    """Two months of papers, moved so that the latest is of today."""
    from django.core.management import call_command
    from django.db import connection

    call_command("prepare")
    call_command("import_hub", *map(str, files))
    with connection.cursor() as cursor:
        cursor.execute("SELECT now() - max(listed_at) FROM papers_paper")
        cursor.execute("UPDATE papers_paper SET listed_at = listed_at + %s", cursor.fetchone())


def subscribe(number: int) -> None:
    """So many subscribers in the place of those that were, each with an issue that is due."""
    from django.utils import timezone

    from inbox.models import Subscription

    Subscription.objects.all().delete()
    now = timezone.now()
    Subscription.objects.bulk_create(
        Subscription(
            email=f"subscriber{i}@example.org",
            address=LISTS[i % len(LISTS)],
            state="active",
            confirmed_at=now,
            next_at=now,
        )
        for i in range(number)
    )


def run(number: int, port: int, noted: Path) -> list[Limit]:
    subscribe(number)
    with worker() as process:
        begin()
        wait_for(noted, 1)
        began, cpu = time.monotonic(), psutil.Process(process.pid).cpu_times().user
        most = wait_for(noted, number, process)
        took = time.monotonic() - began
        cpu = psutil.Process(process.pid).cpu_times().user - cpu
    size = sum(int(line.split()[2]) for line in lines(noted)) / number
    bare = hand_over_bare(port, round(size))
    rate = number / took * 60
    rows = [
        ["worker", number, round(rate), took / number * 1000, cpu / number * 1000, most, round(size)],
        ["smtplib alone", BARE, round(60 / bare), bare * 1000, None, None, round(size)],
    ]
    print(table(["letters", "sent", "a minute", "ms each", "CPU ms", "MB at most", "bytes"], rows))
    received = Counter(line.split()[0] for line in lines(noted) if "subscriber" in line)
    wrong = sum(received[f"subscriber{i}@example.org"] != 1 for i in range(number))
    return [Limit("subscribers without exactly one letter", wrong, 0)]


def survive(noted: Path) -> list[Limit]:
    subscribe(KILLED_AMONG)
    chance = random.Random(5)
    for number in range(KILLS):
        so_far = len(lines(noted))
        with worker() as process:
            begin()
            wait_for(noted, so_far + 1)
            time.sleep(chance.uniform(0, 1.5))
            process.kill()
        print(f"worker {number + 1} killed after {len(lines(noted)) - so_far:,} letters")
    with worker(), worker():
        begin()
        wait_for(noted, KILLED_AMONG)
        time.sleep(5)  # for letters too many
    received = Counter(line.split()[0] for line in lines(noted))
    counts = Counter(received[f"subscriber{i}@example.org"] for i in range(KILLED_AMONG))
    rows = [[f"{letters}", subscribers] for letters, subscribers in sorted(counts.items())]
    print(table(["letters after ten kills", "subscribers"], rows))
    return [Limit("subscribers without exactly one letter, after ten kills", KILLED_AMONG - counts[1], 0)]


def hand_over_bare(port: int, size: int) -> float:
    """Seconds that smtplib needs for a message of this size, over one connection."""
    body = "\r\n".join(["x" * 76] * (size // 78))
    with smtplib.SMTP("127.0.0.1", port) as server:
        began = time.monotonic()
        for i in range(BARE):
            message = f"Message-ID: <bare{i}@example.org>\r\n\r\n{body}"
            server.sendmail("bench@example.org", [f"bare{i}@example.org"], message)
        return (time.monotonic() - began) / BARE


def begin() -> None:
    """What the worker would begin with the next minute."""
    from procrastinate.exceptions import AlreadyEnqueued

    from inbox.letters.tasks import send_letters

    with suppress(AlreadyEnqueued):
        send_letters.defer(timestamp=int(time.time()))


def wait_for(noted: Path, number: int, process: subprocess.Popen | None = None) -> float:
    """Until this many letters are noted; the most MB that the process had meanwhile."""
    deadline, most = time.monotonic() + PATIENCE, 0.0
    while len(lines(noted)) < number:
        if time.monotonic() > deadline:
            raise SystemExit(f"{len(lines(noted)):,} of {number:,} letters came in {PATIENCE} s.")
        if process:
            most = max(most, psutil.Process(process.pid).memory_info().rss / 2**20)
        time.sleep(0.2)
    return most


def lines(noted: Path) -> list[str]:
    return noted.read_text().splitlines()


@contextmanager
def worker():
    command = [sys.executable, "manage.py", "procrastinate", "worker"]
    with (state.FOLDER / "letters.log").open("ab") as output, servers.running(command, output) as process:
        yield process


@contextmanager
def sink(port: int, noted: Path):
    noted.write_text("")
    command = [sys.executable, "-m", "bench.sink", str(port), str(noted)]
    with (state.FOLDER / "sink.log").open("ab") as output, servers.running(command, output) as process:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with suppress(OSError), smtplib.SMTP("127.0.0.1", port):
                break
            time.sleep(0.1)
        yield process


if __name__ == "__main__":
    sys.exit(main())
