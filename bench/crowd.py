"""How many requests a second crowds get, beside a bare page on the same server, and how long a crawler waits.

    .venv/bin/python bench/crowd.py [--data FOLDER] [--seconds N]

Real papers without vectors, the site as `manage.py serve` starts it (its front door, a process for each core), a state
folder of its own (var/bench/crowd). First, one connection requests 5,000 papers and 500 days, each once, of processes
that have kept nothing. Then wrk keeps 16 connections busy for N seconds with each page of strangers, who come through
the front door, and of somebody signed in, in rounds that go through all pages; what is printed is the median of the
rounds without the first. wrk shares the machine with the servers. CPU ms is that of gunicorn and its workers a request.
Exits with 1 if a limit is missed, 2 without data.
"""

import argparse
import os
import re
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench import servers, state  # noqa: E402
from bench.load import Request, ask  # noqa: E402
from bench.report import Limit, table, verdict  # noqa: E402

_ROUNDS, _CLIENTS = 5, 16
_SHARE, _MEMBERS_SHARE = 0.5, 0.15  # of the bare page's requests a second
_CRAWLED_PAPERS, _PAPER_MS = 5_000, 8
_CRAWLED_DAYS, _DAY_MS = 500, 10


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=10.0, metavar="N", help="for each page, all rounds together")
    options = state.read_options(parser)
    state.set_up("crowd")
    return verdict(_measure_all(options.files, options.seconds))


def _measure_all(files: list[Path], seconds: float) -> list[Limit]:
    paths = prepare(files)
    papers, days, members_paths, cookie = _addresses(paths)
    from lib.env import DATA, cores

    workers, port = min(4, cores()), int(os.environ["PORT"])
    print(f"{state.machine()}; {workers} web processes")
    with (
        servers.site(port, DATA / "site.log", workers, front_door=True) as site,
        servers.bare(servers.free_port(), DATA / "bare.log", workers=workers) as bare,
    ):
        limits = [
            Limit(f"{len(papers):,} papers, each once, p50 in ms", _p50(site, papers), _PAPER_MS),
            Limit(f"{len(days):,} days, each once, p50 in ms", _p50(site, days), _DAY_MS),
        ]
        pages = {"bare Django page": (bare, "/", "")} | {path: (site, path, "") for path in paths}
        pages |= {f"{path}, signed in": (site, path, cookie) for path in members_paths}
        rounds = [
            {name: _wrk(*page, max(1, round(seconds / _ROUNDS))) for name, page in pages.items()}
            for _ in range(1 + _ROUNDS)
        ][1:]
    shares = {name: median(each[name][0] / each["bare Django page"][0] for each in rounds) for name in pages}
    rows = [(name, *(median(each[name][n] for each in rounds) for n in (0, 1)), shares[name]) for name in pages]
    print(table(["page", "requests/s", "CPU ms", "× bare"], rows))
    for name, (_, _, is_signed_in) in [*pages.items()][1:]:
        share = _MEMBERS_SHARE if is_signed_in else _SHARE
        limits.append(Limit(f"{name}, share of the bare page's requests/s", shares[name], share, at_least=True))
    return limits


def prepare(files: list[Path]) -> list[str]:
    """Imports the papers, and returns the addresses of a list, of a paper and of a feed."""
    from django.core.management import call_command
    from django.db import connection

    from bench import database
    from papers.models import Paper

    call_command("prepare")
    database.lift_limits()
    if not Paper.objects.exists():
        call_command("import_hub", *map(str, files))
    paths = ["/papers/trending", Paper.objects.order_by("-hot")[0].get_absolute_url(), "/papers/trending.atom"]
    connection.close()
    return paths


def _addresses(paths: list[str]) -> tuple[list[str], list[str], list[str], str]:
    """The papers and days of the crawler, the pages of somebody signed in, and the cookies."""
    from bench import database
    from papers.models import Day, Paper

    trending, paper, _ = paths
    papers = [paper.get_absolute_url() for paper in Paper.objects.order_by("-id")[:_CRAWLED_PAPERS]]
    days = [f"/papers/date/{day.date}" for day in Day.objects.order_by("-date")[:_CRAWLED_DAYS]]
    month = days[0].replace("date", "month").rpartition("-")[0]
    _, headers = database.reader()
    database.leave()
    return papers, days, [trending, month, paper], headers["Cookie"]


def _p50(site: servers.Server, paths: list[str]) -> float:
    """The median of the times of these pages, each requested once, in ms."""
    connection = HTTPConnection(servers.HOST, site.port, timeout=60)
    return median(ask(connection, Request(path)).milliseconds for path in paths)


def _wrk(server: servers.Server, path: str, cookie: str, seconds: int) -> tuple[float, float]:
    """Requests a second, and the CPU time of one in ms. Raises SystemExit if an answer is an error."""
    before = server.cpu_seconds()
    command = ["wrk", "-t1", f"-c{_CLIENTS}", f"-d{seconds}s", "-H", "Accept-Encoding: gzip", "-H", f"Cookie: {cookie}"]
    output = subprocess.check_output([*command, f"http://{servers.HOST}:{server.port}{path}"], text=True)
    if "Non-2xx" in output:
        raise SystemExit(output)
    count, rate = re.search(r"(\d+) requests in", output)[1], re.search(r"Requests/sec: +([\d.]+)", output)[1]
    return float(rate), (server.cpu_seconds() - before) * 1_000 / max(1, int(count))


if __name__ == "__main__":
    sys.exit(main())
