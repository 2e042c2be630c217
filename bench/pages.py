"""How fast the pages of Broadsheet are, each beside a bare Django page measured in the same rounds.

    .venv/bin/python bench/pages.py [--data FOLDER] [--seconds N]

Real papers, the real server (one gunicorn worker, `manage.py serve`), a state folder of its own (var/bench) with an
embedded PostgreSQL. Each line is measured for N seconds with one connection (p50, p95, in ms) and for N seconds
with eight (requests/s), cut into rounds that go through all lines, so that noise hits all of them; what is printed
is the median of the rounds. CPU ms is the CPU time of gunicorn and its worker a request, without PostgreSQL's: of
all the figures, the least shaken by what else runs on the machine. "× bare" compares p50 with the bare page's of
the same round.

Delete var/bench to begin anew and to have the import measured, too. Exits with 0 if all limits hold, 1 if one is
missed, 2 without data.
"""

import argparse
import os
import platform
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)

from bench import servers  # noqa: E402
from bench.load import CLIENTS, ROUNDS, Line, measure  # noqa: E402
from bench.report import Limit, table  # noqa: E402

_LIST_MS, _RECORDS_A_SECOND = 10, 1_000


@dataclass(frozen=True)
class Slice:
    """One line in one round; times in ms."""

    rate: float | None
    p50: float
    p95: float
    cpu: float
    wire_bytes: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "hub_daily", metavar="FOLDER")
    parser.add_argument("--seconds", type=float, default=3.0, metavar="N", help="for each line and way of asking")
    options = parser.parse_args()
    files = sorted(options.data.resolve().glob("*.json.gz"))
    if not files:
        print(f"There are no *.json.gz in {options.data}: the benchmark needs answers of the Hub's /api/daily_papers.")
        return 2
    sys.stdout.reconfigure(line_buffering=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that the servers end, too
    _set_up()
    missed = [limit for limit in _measure_all(files, options.seconds) if limit.missed_by]
    return 1 if missed else 0


def _set_up() -> None:
    """Our own state and database, whatever the environment says; then Django."""
    os.chdir(ROOT)
    port = str(servers.free_port())
    os.environ |= {
        "BROADSHEET_DATA": str(ROOT / "var" / "bench"),
        "BROADSHEET_DEMO": "0",
        "DATABASE_URL": "",
        "DEBUG": "0",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "GUNICORN_CMD_ARGS": "",
        "HOST": servers.HOST,
        "PORT": port,
        "BASE_URL": f"http://{servers.HOST}:{port}",
        "SECRET_KEY": "",
    }
    import django

    from lib import postgres

    postgres.provide()
    django.setup()


def _measure_all(files: list[Path], seconds: float) -> list[Limit]:
    from bench import database, first_load, lines, statements
    from lib.env import DATA

    print(_machine())
    imported = database.fill(files)
    places, stranger, (client, headers) = database.places(), database.stranger(), database.reader()
    limits = [Limit("import, records/s", imported, _RECORDS_A_SECOND, at_least=True)]
    limits += statements.report(places, stranger, client)
    database.leave()
    with (
        servers.site(int(os.environ["PORT"]), DATA / "site.log") as site,
        servers.bare(servers.free_port(), DATA / "bare.log") as bare,
    ):
        limits += first_load.report(site)
        measured = lines.lines(bare, site, places, headers)
        results = _rounds(measured, seconds / ROUNDS)
    print(_table(measured, results))
    slowest = max(median(slice.p50 for slice in results[name]) for name in places.lists)
    limits.append(Limit("slowest list with warm cards, p50 in ms", slowest, _LIST_MS))
    print(table(["limit", "measured", "allowed", ""], [limit.row() for limit in limits]))
    return limits


def _machine() -> str:
    import django
    import gunicorn
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (postgres,) = cursor.fetchone()
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, load {load}; "
        f"Python {platform.python_version()}, Django {django.__version__}, gunicorn {gunicorn.__version__}, "
        f"PostgreSQL {postgres}"
    )


def _rounds(lines: list[Line], seconds: float) -> dict[str, list[Slice]]:
    """The slices of each line, by its name, one a round."""
    results = {line.name: [] for line in lines}
    for _ in range(ROUNDS):
        for line in lines:
            results[line.name].append(_slice(line, seconds))
    return results


def _slice(line: Line, seconds: float) -> Slice:
    if line.repeatable:
        measure(line, 0.05)
    before = line.server.cpu_seconds()
    answers, _ = measure(line, seconds)
    times = sorted(answer.milliseconds for answer in answers)
    at_once, elapsed = measure(line, seconds, CLIENTS) if line.repeatable else ([], 1)
    requests = len(answers) + len(at_once)
    return Slice(
        rate=len(at_once) / elapsed if at_once else None,
        p50=median(times),
        p95=times[int(0.95 * len(times))],
        cpu=(line.server.cpu_seconds() - before) * 1_000 / requests,
        wire_bytes=median(answer.wire_bytes for answer in answers),
    )


def _table(lines: list[Line], results: dict[str, list[Slice]]) -> str:
    """The median of the rounds."""
    bare = results[lines[0].name]
    rows = []
    for line in lines:
        slices = results[line.name]
        ratio = median(slice.p50 / yardstick.p50 for slice, yardstick in zip(slices, bare, strict=True))
        rate = median(slice.rate for slice in slices) if line.repeatable else None
        columns = ([getattr(slice, name) for slice in slices] for name in ("p50", "p95", "cpu", "wire_bytes"))
        p50, p95, cpu, wire_bytes = map(median, columns)
        rows.append((line.name, line.rows, rate, p50, p95, f"{ratio:.1f}", cpu, wire_bytes))
    return table(["page", "rows", "requests/s", "p50 ms", "p95 ms", "× bare", "CPU ms", "wire bytes"], rows)


if __name__ == "__main__":
    sys.exit(main())
