"""How much memory the processes of a site take: their proportional set size (PSS), in MB.

    .venv/bin/python bench/memory.py [--data FOLDER]

Real papers without vectors, the site and its worker as `manage.py serve` starts them, the state folder of
bench/crowd.py. PSS (/proc/PID/smaps_rollup) divides memory that several processes share by their number. The web
processes are measured when they have started, after 200 requests for as many pages, and after searches that load the
model; the worker at its largest while it makes vectors, for which it wakes at every full minute. Exits with 1 if a
limit is missed, 2 without data.
"""

import argparse
import os
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

import psutil

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench import crowd, servers, state  # noqa: E402
from bench.report import Limit, table, verdict  # noqa: E402

_WEB, _WEB_WITH_MODEL, _WORKER = 150, 200, 300  # MB
_PAGES = 200
_EMBEDDING_SECONDS = 90


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options = state.read_options(parser)
    state.set_up("crowd")
    return verdict(_measure_all(options.files))


def _measure_all(files: list[Path]) -> list[Limit]:
    paths = [*crowd.prepare(files), *_papers(_PAGES - 100), *_days(97)]
    from lib.env import DATA

    print(state.machine())
    with servers.site(int(os.environ["PORT"]), DATA / "site.log", None, jobs=True) as site:
        started = _web(site)
        _request(site, paths)
        busy = _web(site)
        worker = _largest_worker(site)
        _request(site, [f"/papers?q=model+number+{number}" for number in range(40)])
        searched = _web(site)
    rows = [("started", started), (f"{_PAGES} pages later", busy), ("with the model", searched)]
    print(table(["web processes", "largest", "smallest"], [(name, max(sizes), min(sizes)) for name, sizes in rows]))
    return [
        Limit("web process without the model, MB", max(busy), _WEB),
        Limit("web process with the model, MB", max(searched), _WEB_WITH_MODEL),
        Limit("worker while it makes vectors, MB", worker, _WORKER),
    ]


def _papers(count: int) -> list[str]:
    from papers.models import Embedding, Paper

    Embedding.objects.all().delete()
    return [paper.get_absolute_url() for paper in Paper.objects.order_by("-id")[:count]]


def _days(count: int) -> list[str]:
    from django.db import connection

    from papers.models import Day

    days = [f"/papers/date/{day.date}" for day in Day.objects.order_by("-date")[:count]]
    connection.close()
    return days


def _request(site: servers.Server, paths: list[str]) -> None:
    """Each once, over a connection of its own, so that all processes have their share. Raises SystemExit for errors."""
    for path in paths:
        connection = HTTPConnection(servers.HOST, site.port, timeout=60)
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        if (status := connection.getresponse().status) != 200:
            raise SystemExit(f"{path}: {status}")
        connection.close()


def _web(site: servers.Server) -> list[float]:
    command = site.process.cmdline()
    return [_pss(child) for child in site.process.children() if child.cmdline() == command]


def _largest_worker(site: servers.Server) -> float:
    largest, deadline = 0.0, time.monotonic() + _EMBEDDING_SECONDS
    while time.monotonic() < deadline:
        workers = (
            p for p in site.process.children(recursive=True) if p.cmdline()[1:3] == ["manage.py", "procrastinate"]
        )
        largest = max([largest, *map(_pss, workers)])
        time.sleep(0.5)
    return largest


def _pss(process: psutil.Process) -> float:
    return process.memory_full_info().pss / 2**20


if __name__ == "__main__":
    sys.exit(main())
