"""How fast the pages of Broadsheet are, each beside a bare Django page measured in the same rounds.

    .venv/bin/python bench/pages.py [--data FOLDER] [--seconds N]

Real papers with their vectors, the real server (one gunicorn worker, `manage.py serve`), a state folder of its own
(var/bench/papers) with an embedded PostgreSQL. Each line is measured for N seconds with one connection (p50, p95, in
ms) and for N seconds with eight (requests/s), cut into rounds that go through all lines, so that noise hits all of
them; what is printed is the median of the rounds. CPU ms is the CPU time of gunicorn and its worker a request,
without PostgreSQL's: of all the figures, the least shaken by what else runs on the machine. "× bare" compares p50
with the bare page's of the same round.

Delete var/bench/papers to begin anew and to have the import measured, too. The first run makes the vectors, which
takes a quarter of an hour; they are kept in var/bench/vectors. Exits with 0 if all limits hold, 1 if one is missed, 2
without data.
"""

import argparse
import os
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench import rounds, servers, state  # noqa: E402
from bench.report import Limit, verdict  # noqa: E402

_LIST_MS, _RECORDS_A_SECOND = 10, 1_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=3.0, metavar="N", help="for each line and way of asking")
    options = state.read_options(parser)
    state.set_up("papers")
    return verdict(_measure_all(options.files, options.seconds))


def _measure_all(files: list[Path], seconds: float) -> list[Limit]:
    from bench import database, first_load, lines, statements
    from lib.env import DATA

    print(state.machine())
    imported = database.fill(files)
    pages, stranger, (client, headers) = database.pages(), database.stranger(), database.reader()
    limits = [Limit("import, records/s", imported, _RECORDS_A_SECOND, at_least=True)]
    limits += statements.report(pages, stranger, client)
    database.leave()
    with (
        servers.site(int(os.environ["PORT"]), DATA / "site.log") as site,
        servers.bare(servers.free_port(), DATA / "bare.log") as bare,
    ):
        limits += first_load.report(site)
        measured = lines.lines(bare, site, pages, headers)
        results = rounds.rounds(measured, seconds)
    print(rounds.report(measured, results))
    slowest = max(rounds.p50(results, name) for name in pages.lists)
    return [*limits, Limit("slowest list with warm cards, p50 in ms", slowest, _LIST_MS)]


if __name__ == "__main__":
    sys.exit(main())
