"""What readers notice while slow clients hold on to the server.

    .venv/bin/python bench/slow_clients.py [--seconds N]

8, 64 and 200 clients of each kind (unfinished headers, unfinished bodies, answers that nobody reads, silent
connections) hold on to the site as `manage.py serve` starts it, with the demo, in a state folder of its own
(var/bench/slow). Meanwhile `/healthz`, a list and a vote are requested over fresh connections for N seconds each row;
the slowest of each is printed, in ms. The yardstick of the same run is a page that does nothing, on gunicorn's gthread
with 4 threads, under the same clients. What takes longer than ten seconds is printed as 10,000. Exits with 1 if
something takes more than a second under 64.
"""

import argparse
import os
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench import servers, state  # noqa: E402
from bench.report import Limit, table, verdict  # noqa: E402
from bench.slow import HOST, KINDS, slow_clients  # noqa: E402

NUMBERS = (8, 64, 200)
LIMIT_MS, LIMIT_CLIENTS = 1_000, 64
_PATIENCE = 10  # seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=3.0, metavar="N", help="for each row")
    options = parser.parse_args()
    state.set_up("slow")
    return verdict(_measure_all(options.seconds))


def _measure_all(seconds: float) -> list[Limit]:
    from django.core.management import call_command

    from bench import database
    from config import demo
    from lib.env import DATA
    from papers.models import Paper

    call_command("prepare")
    if not Paper.objects.exists():
        demo.load()
    print(state.machine())
    vote = f"{Paper.objects.order_by('id')[0].get_absolute_url()}/vote"
    _, headers = database.reader()
    database.leave()
    rows, slowest = [], 0.0
    with (
        servers.site(int(os.environ["PORT"]), DATA / "site.log", workers=None) as site,
        servers.bare(servers.free_port(), DATA / "gthread.log", worker_class="gthread") as bare,
    ):
        requests = [("GET", "/healthz", {}), ("GET", "/papers/trending", {}), ("POST", vote, headers)]
        for kind in KINDS:
            for number in NUMBERS:
                with slow_clients(kind, number, site.port, "/papers/trending"):
                    times = [_slowest(site, *request, seconds / len(requests)) for request in requests]
                with slow_clients(kind, number, bare.port, "/"):
                    yardstick = _slowest(bare, "GET", "/", {}, seconds / len(requests))
                rows.append((kind, number, *times, yardstick))
                slowest = max([slowest, *times]) if number == LIMIT_CLIENTS else slowest
    print(table(["clients", "number", "/healthz", "list", "vote", "bare, gthread"], rows))
    return [Limit(f"slowest under {LIMIT_CLIENTS} slow clients, ms", slowest, LIMIT_MS)]


def _slowest(server: servers.Server, method: str, path: str, headers: dict[str, str], seconds: float) -> float:
    """The longest time in ms that a request took, each over a connection of its own."""
    deadline, longest = time.monotonic() + seconds, 0.0
    while time.monotonic() < deadline:
        longest = max(longest, _milliseconds(server, method, path, headers))
    return longest


def _milliseconds(server: servers.Server, method: str, path: str, headers: dict[str, str]) -> float:
    started = time.perf_counter()
    connection = HTTPConnection(HOST, server.port, timeout=_PATIENCE)
    try:
        connection.request(method, path, headers=headers)
        connection.getresponse().read()
    except (OSError, HTTPException):
        return _PATIENCE * 1_000
    finally:
        connection.close()
    return (time.perf_counter() - started) * 1_000


if __name__ == "__main__":
    sys.exit(main())
