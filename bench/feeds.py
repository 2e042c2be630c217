"""What a feed costs, and its 304, beside the page of the same list and a bare Django page measured in the same rounds.

    .venv/bin/python bench/feeds.py [--data FOLDER] [--seconds N]

Real papers without vectors, the real server (one gunicorn worker), a state folder of its own (var/bench/feeds). The
columns are those of bench/pages.py. Made anew: the CPU time of writing a feed of 50 papers that no process has kept, by
form. Exits with 0 if a feed that has not changed costs one statement, 1 if not, 2 without data.
"""

import argparse
import os
import sys
import time
from itertools import repeat
from pathlib import Path
from statistics import median

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench import rounds, servers, state  # noqa: E402
from bench.load import Line, Request  # noqa: E402
from bench.report import Limit, table, verdict  # noqa: E402

_ENTRY = {"atom": b"<entry>", "json": b'"content_html"', "rss": b"<item>"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=3.0, metavar="N", help="for each line and way of asking")
    options = state.read_options(parser)
    state.set_up("feeds")
    return verdict(_measure_all(options.files, options.seconds))


def _measure_all(files: list[Path], seconds: float) -> list[Limit]:
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from lib.env import DATA

    call_command("prepare")
    call_command("import_hub", *map(str, files))
    print(state.machine())
    stranger = Client(headers={"host": servers.HOST})
    print(table(["made anew", "CPU ms"], [(form, _making(stranger, form)) for form in _ENTRY]))
    etag = stranger.get("/papers.atom").headers["ETag"]
    with CaptureQueriesContext(connection) as statements:
        stranger.get("/papers.atom", headers={"if-none-match": etag})
    connection.close()
    with (
        servers.site(int(os.environ["PORT"]), DATA / "site.log") as site,
        servers.bare(servers.free_port(), DATA / "bare.log") as bare,
    ):
        measured = _lines(bare, site, etag)
        print(rounds.report(measured, rounds.rounds(measured, seconds)))
    return [Limit("a feed that has not changed, statements", len(statements), 1)]


def _making(stranger, form: str) -> float:
    from django.core.cache import caches

    times = []
    for _ in range(5):
        caches["pages"].clear()
        started = time.process_time()
        body = stranger.get(f"/papers.{form}").content
        times.append((time.process_time() - started) * 1_000)
    print(f"{form}: {body.count(_ENTRY[form])} papers, {len(body):,} bytes")
    return median(times)


def _lines(bare: servers.Server, site: servers.Server, etag: str) -> list[Line]:
    def line(name: str, request: Request, server: servers.Server = site) -> Line:
        return Line(name, server, lambda client: repeat((request,)))

    return [
        line("bare Django page", Request("/", rows=30), bare),
        line("page", Request("/papers/trending", rows=30)),
        *(line(form, Request(f"/papers.{form}", holds=entry)) for form, entry in _ENTRY.items()),
        line("atom, 304", Request("/papers.atom", headers={"If-None-Match": etag}, status=304)),
    ]


if __name__ == "__main__":
    sys.exit(main())
