"""What a list of the API costs, and its 304, beside the page of the same list and a bare page in the same rounds.

    .venv/bin/python bench/api.py [--data FOLDER] [--seconds N]

Real papers without vectors, the real server (one gunicorn worker), a state folder of its own (var/bench/api). The
columns are those of bench/pages.py. A 304 is to cost at most half of the same answer in full. What strangers get is
kept by the process, so that this is not much more than a 304: both read which papers the list has, and count the
request. At other addresses the answer is composed each time, of rows that are kept as the page's cards are, and so is
what a person gets; a 304 is compared with that, too. Made anew: the CPU time of rows that are not kept, either. Exits
with 0 if 50 rows cost at most twice the page, to strangers and to a person, and a 304 at most half of 50 rows, as they
are given and as they are composed; 1 if not; 2 without data.
"""

import argparse
import os
import sys
import time
from itertools import count, repeat
from pathlib import Path
from statistics import median

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench import rounds, servers, state  # noqa: E402
from bench.load import Line, Request  # noqa: E402
from bench.report import Limit, verdict  # noqa: E402

_ROWS, _TIMES_PAGE, _TIMES_ROWS = 50, 2, 0.5
_PAGE, _API, _COMPOSED, _304 = "page", f"API, {_ROWS} rows", f"API, {_ROWS} rows composed", "API, 304"
_OWN_PAGE, _OWN_API = "page, signed in", f"API, {_ROWS} rows, token"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=3.0, metavar="N", help="for each line and way of asking")
    options = state.read_options(parser)
    state.set_up("api")
    return verdict(_measure_all(options.files, options.seconds))


def _measure_all(files: list[Path], seconds: float) -> list[Limit]:
    from django.core.management import call_command
    from django.utils import timezone

    from api.models import Token
    from bench import database
    from lib.env import DATA
    from papers.models import Day

    call_command("prepare")
    call_command("import_hub", *map(str, files))
    database.lift_limits()
    print(state.machine())
    client, cookies = database.reader()
    token = Token.objects.make(client.get("/papers").wsgi_request.user, f"bench {timezone.now()}", ["read"])[1]
    month = f"{Day.objects.latest_date():%Y-%m}"
    page, api = f"/papers/month/{month}", f"/api/daily_papers?month={month}&limit={_ROWS}"
    print(f"{_ROWS} rows made anew: {_making(database.stranger(), api):.1f} ms of CPU time")
    holds, numbers = b'"thumbnail"', count()
    etag = database.stranger().get(api).headers["ETag"]
    database.leave()
    with (
        servers.site(int(os.environ["PORT"]), DATA / "site.log") as site,
        servers.bare(servers.free_port(), DATA / "bare.log") as bare,
    ):

        def line(name: str, request: Request, server: servers.Server = site) -> Line:
            return Line(name, server, lambda client: repeat((request,)))

        measured = [
            line("bare Django page", Request("/", rows=30), bare),
            line(_PAGE, Request(page, rows=30)),
            line(_API, Request(api, holds=holds)),
            Line(_COMPOSED, site, lambda client: ((Request(f"{api}&n={number}", holds=holds),) for number in numbers)),
            line(_304, Request(api, headers={"If-None-Match": etag}, status=304)),
            line(_OWN_PAGE, Request(page, headers=cookies, rows=30)),
            line(_OWN_API, Request(api, headers={"Authorization": f"Bearer {token}"}, holds=holds)),
        ]
        results = rounds.rounds(measured, seconds)
        print(rounds.report(measured, results))
    return [
        _ratio(results, _API, _PAGE, _TIMES_PAGE),
        _ratio(results, _OWN_API, _OWN_PAGE, _TIMES_PAGE),
        _ratio(results, _304, _API, _TIMES_ROWS),
        _ratio(results, _304, _COMPOSED, _TIMES_ROWS),
    ]


def _ratio(results: rounds.Results, name: str, other: str, bound: float) -> Limit:
    """By CPU time, which other load of the machine shakes least."""
    cpu = {line: median(slice.cpu for slice in results[line]) for line in (name, other)}
    return Limit(f"{name} ÷ {other}, CPU", cpu[name] / cpu[other], bound)


def _making(stranger, path: str) -> float:
    from django.core.cache import caches

    times = []
    for _ in range(10):
        caches["pages"].clear()
        started = time.process_time()
        stranger.get(path)
        times.append((time.process_time() - started) * 1_000)
    return median(times)


if __name__ == "__main__":
    sys.exit(main())
