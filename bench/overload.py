"""What the site does with twice the requests that it can answer.

    .venv/bin/python bench/overload.py [--seconds N]

The site as its operators start it, with its demo, in a state folder of its own (var/bench/overload). First its
capacity is measured: requests a second of 16 clients that wait for each answer. Then requests arrive by a clock that
waits for nobody (`bench/arrivals.py`): a quarter of the capacity for 5 s, twice the capacity for N seconds, and again a
quarter for 10 s. Six in ten come from strangers, three from a member who reads, and one is a vote; no address of a
stranger comes again within the second for which the site keeps answers. The yardstick of the same run is the same site
whose server refuses nothing. The clients share the machine with the server. Exits with 1 if a limit is missed.
"""

import argparse
import asyncio
import os
import sys
from collections import Counter
from collections.abc import Callable
from itertools import count
from pathlib import Path
from random import Random
from statistics import median, quantiles

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench import servers, state  # noqa: E402
from bench.arrivals import Call, Outcome, offer, saturate  # noqa: E402
from bench.report import Limit, table, verdict  # noqa: E402

KINDS = {"strangers": 0.6, "members": 0.3, "votes": 0.1}
CLIENTS = 16
BEFORE, AFTER, CALM = 5.0, 10.0, 0.25  # seconds, seconds, and a share of the capacity
P99_SECONDS, NORMAL_SECONDS, REFUSAL_BYTES = 2.0, 5.0, 3_000
NORMAL_TIMES = 4  # the median of a second is normal if it is at most this many times that before the load
_UNLIMITED = """
import sys
from lib import admission
admission.LONGEST, admission.LONGEST_WAIT = dict.fromkeys(admission.LONGEST, float("inf")), float("inf")
sys.argv = ["manage.py", "serve", "--no-worker"]
exec(compile(open("manage.py").read(), "manage.py", "exec"))
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=15.0, metavar="N", help="of twice the capacity")
    options = parser.parse_args()
    state.set_up("overload")
    return verdict(_measure(options.seconds))


def _measure(seconds: float) -> list[Limit]:
    from lib.env import DATA

    call = _calls()
    print(state.machine())
    port = int(os.environ["PORT"])
    with servers.site(port, DATA / "site.log", workers=None, front_door=True):
        capacity = asyncio.run(saturate(port, call, CLIENTS, 2))  # so that it is warm
        capacity = asyncio.run(saturate(port, call, CLIENTS, 8))
        phases = [(CALM * capacity, BEFORE), (2 * capacity, seconds), (CALM * capacity, AFTER)]
        outcomes = asyncio.run(offer(port, call, phases))
    with servers.started([sys.executable, "-c", _UNLIMITED], port, DATA / "unlimited.log", {"FRONT_DOOR": "1"}):
        unlimited = asyncio.run(offer(port, call, phases))
    print(f"It answers {capacity:,.0f} requests/s; {2 * capacity:,.0f} arrive.")
    overload = (BEFORE, BEFORE + seconds)
    rows = [row for kind in KINDS for row in [_row(kind, outcomes, overload)]]
    rows.append(_row("all", outcomes, overload))
    rows.append(_row("all, if none is refused", unlimited, overload))
    print(table(["", "arrived/s", "answered/s", "refused %", "failed %", "p50 ms", "p99 ms", "refused p99 ms"], rows))
    normal, yardstick = (_seconds_to_normal(each, overload[1]) for each in (outcomes, unlimited))
    print(f"\nSeconds until it is as before: {normal:.0f}; if none is refused, {yardstick:.0f}.")
    answered, _, failed = _by_outcome(_of(outcomes, overload))
    for (kind, status), number in Counter((each.kind, each.status) for each in failed).items():
        print(f"Failed, {kind}: {number} with {f'status {status}' if status else 'no answer'}.")
    refusals = [outcome.size for outcome in outcomes if outcome.status == 503]
    return [
        Limit("p99 of what is accepted, s", quantiles(answered, n=100)[98], P99_SECONDS),
        Limit("requests that failed", len(failed), 0),
        Limit("until it is as before, s", normal, NORMAL_SECONDS),
        Limit("a refusal with its headers, bytes", max(refusals, default=None), REFUSAL_BYTES),
        *(
            Limit(f"refused: {less} less than {more}, points", _lead(outcomes, overload, less, more), 0, at_least=True)
            for more, less in (("strangers", "members"), ("members", "votes"))
        ),
    ]


def _calls() -> Callable[[], Call]:
    """Returns a function that makes one request after the other, of all KINDS by chance."""
    from django.core.management import call_command

    from bench import database
    from config import demo
    from papers.models import Paper

    call_command("prepare")
    database.lift_limits()
    if not Paper.objects.exists():
        demo.load()
    papers = [paper.get_absolute_url() for paper in Paper.objects.order_by("id")]
    _, headers = database.reader()
    database.leave()
    chance, number = Random(1), count()
    pages = ["/papers/trending", "/papers", *papers]

    def call() -> Call:
        [kind] = chance.choices([*KINDS], [*KINDS.values()])
        if kind == "votes":
            verb = chance.choice(["vote", "vote/withdraw"])
            return Call(kind, _request("POST", f"{chance.choice(papers)}/{verb}", headers | {"HX-Request": "true"}))
        path = f"{chance.choice(pages)}?n={next(number)}"
        return Call(kind, _request("GET", path, {"Cookie": headers["Cookie"]} if kind == "members" else {}))

    return call


def _request(method: str, path: str, headers: dict[str, str]) -> bytes:
    sent = {"Host": f"{servers.HOST}:{os.environ['PORT']}", "Accept-Encoding": "gzip", **headers}
    if method == "POST":
        sent["Content-Length"] = "0"
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _of(outcomes: list[Outcome], span: tuple[float, float]) -> list[Outcome]:
    return [outcome for outcome in outcomes if span[0] <= outcome.due < span[1]]


def _row(kind: str, outcomes: list[Outcome], span: tuple[float, float]) -> tuple:
    part = [outcome for outcome in _of(outcomes, span) if kind.startswith("all") or outcome.kind == kind]
    answered, refused, failed = _by_outcome(part)
    seconds = span[1] - span[0]
    shares = [100 * len(refused) / len(part), 100 * len(failed) / len(part)]
    rates = [len(part) / seconds, len(answered) / seconds]
    return kind, *rates, *shares, _quantile(answered, 50), _quantile(answered, 99), _quantile(refused, 99)


def _by_outcome(outcomes: list[Outcome]) -> tuple[list[float], list[float], list[Outcome]]:
    """Returns the seconds of requests that were answered, those of refused ones, and the requests that failed."""
    answered = [outcome.seconds for outcome in outcomes if 0 < outcome.status < 400]
    refused = [outcome.seconds for outcome in outcomes if outcome.status == 503]
    return answered, refused, [each for each in outcomes if each.status != 503 and not 0 < each.status < 400]


def _quantile(seconds: list[float], percent: int) -> float | None:
    """Returns milliseconds."""
    return 1_000 * quantiles(seconds, n=100)[percent - 1] if len(seconds) > 1 else None


def _lead(outcomes: list[Outcome], span: tuple[float, float], less: str, more: str) -> float:
    """Returns by how many points of a percentage fewer requests of the one kind are refused than of the other."""
    shares = [_row(kind, outcomes, span)[3] for kind in (more, less)]
    return shares[0] - shares[1]


def _seconds_to_normal(outcomes: list[Outcome], end: float) -> float:
    """Returns the number of the first second after the load that has no refusal and a median like those before."""
    usual = median(outcome.seconds for outcome in _of(outcomes, (0, BEFORE)))
    for second in range(int(AFTER)):
        part = _of(outcomes, (end + second, end + second + 1))
        is_answered = all(0 < outcome.status < 400 for outcome in part)
        if part and is_answered and median(outcome.seconds for outcome in part) <= NORMAL_TIMES * usual:
            return second
    return AFTER


if __name__ == "__main__":
    sys.exit(main())
