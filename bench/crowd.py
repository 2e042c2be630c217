"""How many requests a second a crowd of strangers gets, through the front door, beside a bare page on the same server.

    .venv/bin/python bench/crowd.py [--data FOLDER] [--seconds N]

Real papers without vectors, the site as `manage.py serve` starts it (its front door, a process for each core), a state
folder of its own (var/bench/crowd). wrk keeps 16 connections busy for N seconds with each page, in rounds that go
through all pages; what is printed is the median of the rounds without the first. wrk shares the machine with the
servers. CPU ms is that of gunicorn and its workers a request. Exits with 1 if a page has less than half of the bare
page's requests a second, 2 without data.
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path
from statistics import median

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench import servers, state  # noqa: E402
from bench.report import Limit, table, verdict  # noqa: E402

_ROUNDS, _CLIENTS, _SHARE = 5, 16, 0.5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=10.0, metavar="N", help="for each page, all rounds together")
    options = state.read_options(parser)
    state.set_up("crowd")
    return verdict(_measure_all(options.files, options.seconds))


def _measure_all(files: list[Path], seconds: float) -> list[Limit]:
    paths = prepare(files)
    from lib.env import DATA, cores

    workers, port = min(4, cores()), int(os.environ["PORT"])
    print(f"{state.machine()}; {workers} web processes")
    with (
        servers.site(port, DATA / "site.log", workers, front_door=True) as site,
        servers.bare(servers.free_port(), DATA / "bare.log", workers=workers) as bare,
    ):
        pages = {"bare Django page": (bare, "/")} | {path: (site, path) for path in paths}
        rounds = [
            {name: _wrk(*page, max(1, round(seconds / _ROUNDS))) for name, page in pages.items()}
            for _ in range(1 + _ROUNDS)
        ][1:]
    shares = {name: median(each[name][0] / each["bare Django page"][0] for each in rounds) for name in pages}
    rows = [(name, *(median(each[name][n] for each in rounds) for n in (0, 1)), shares[name]) for name in pages]
    print(table(["page", "requests/s", "CPU ms", "× bare"], rows))
    return [
        Limit(f"{path}, share of the bare page's requests/s", shares[path], _SHARE, at_least=True) for path in paths
    ]


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


def _wrk(server: servers.Server, path: str, seconds: int) -> tuple[float, float]:
    """Requests a second, and the CPU time of one in ms. Raises SystemExit if an answer is an error."""
    before = server.cpu_seconds()
    command = ["wrk", "-t1", f"-c{_CLIENTS}", f"-d{seconds}s", "-H", "Accept-Encoding: gzip"]
    output = subprocess.check_output([*command, f"http://{servers.HOST}:{server.port}{path}"], text=True)
    if "Non-2xx" in output:
        raise SystemExit(output)
    count, rate = re.search(r"(\d+) requests in", output)[1], re.search(r"Requests/sec: +([\d.]+)", output)[1]
    return float(rate), (server.cpu_seconds() - before) * 1_000 / max(1, int(count))


if __name__ == "__main__":
    sys.exit(main())
