"""A day of readers through nginx and Varnish: how many requests they answer, how old answers are, and whose they are.

    .venv/bin/python bench/proxy_cache.py [--data FOLDER] [--requests N] [--seconds N]

The caches are those of docs/scaling.md, in front of the site with real papers (var/bench/proxy_cache). bench/day.py
says what N requests a day are about; at noon there are three times as many as the mean. Time is not compressed, since
60 seconds of freshness are 60 seconds: of the day, the N seconds after noon are replayed at their own pace. What a
cache has by then is what was requested in the eleven minutes before, for which answers last; so each address of these
is requested once before, at full speed. That makes answers younger than they would be, but it does not change the share
of those that are kept. That share for the whole day is computed from all its requests, for a cache that is empty first.

The age of an answer is what its Date says, whoever sends it. Besides, the title of a paper says when it was written,
anew every two seconds. Each member's page has a name in it that nobody else's has. Exits with 1 if a limit is missed, 2
without data or if neither proxy is installed.
"""

import argparse
import gzip
import os
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from concurrent.futures import ThreadPoolExecutor  # noqa: E402 (it imports queue, which bench has, too)

from bench import caches, day, servers, state  # noqa: E402
from bench.report import Limit, table, verdict  # noqa: E402

_LEAST_PERCENT, _NOON, _PEAK = 95, 43_200.0, 3
_WINDOW = day.FRESH + day.STALE
_CLIENTS, _MEMBERS, _PAPERS = 8, 5, 5_000
_KEPT = {"HIT", "STALE", "UPDATING", "REVALIDATED"}
_WRITTEN, _WRITTEN_EVERY = re.compile(rb"Written at (\d+)"), 2  # seconds
_TOLERATED = 2  # seconds: Date has whole ones
SIGNED_IN = b"Sign out"  # on each page of each member, and on no other


@dataclass
class Result:
    """What came of the requests of one replay."""

    answers: Counter = field(default_factory=Counter)  # by whether a stranger's was "kept" or "fetched"; "member"
    oldest: float = 0.0  # seconds
    too_old: int = 0
    leaks: int = 0  # answers to strangers with a member's bytes, or to a member with another's
    errors: list[str] = field(default_factory=list)
    oldest_title: float = 0.0  # seconds since what was shown had been written

    @property
    def percent(self) -> float:
        strangers = self.answers["kept"] + self.answers["fetched"]
        return 100 * self.answers["kept"] / max(1, strangers)


class Replay:
    """Requests through one port. `members` are the names and the cookies of people who are signed in."""

    def __init__(self, port: int, host: str, members: list[tuple[bytes, str]]):
        self.port, self.host, self.members = port, host, members
        self.etags: dict[str, str] = {}
        self.lock, self.result = threading.Lock(), Result()

    def run(self, visits: list[day.Visit], *, in_time: bool) -> Result:
        """Make the requests, each at its time or else one after the other; what was counted before is forgotten."""
        self.result = Result()
        remaining, began = iter(visits), time.monotonic() - (visits[0].at if visits else 0)

        def client(_) -> None:
            with closing(HTTPConnection(servers.HOST, self.port, timeout=30)) as connection:
                while (visit := self.next(remaining)) is not None:
                    if in_time:
                        time.sleep(max(0.0, began + visit.at - time.monotonic()))
                    self.request(connection, visit)

        with ThreadPoolExecutor(_CLIENTS) as pool:
            list(pool.map(client, range(_CLIENTS)))
        return self.result

    def next(self, visits: Iterator[day.Visit]) -> day.Visit | None:
        with self.lock:
            return next(visits, None)

    def request(self, connection: HTTPConnection, visit: day.Visit) -> None:
        name, cookie = self.members[visit.member] if visit.member is not None else (b"", "_ga=of another site")
        headers = {"Host": self.host, "Accept-Encoding": "gzip", "Accept": "text/html,*/*;q=0.8", "Cookie": cookie}
        if visit.member is None and visit.is_returning and visit.path in self.etags:
            headers["If-None-Match"] = self.etags[visit.path]
        try:
            connection.request("GET", visit.path, headers=headers)
            response = connection.getresponse()
            body = response.read()
        except (OSError, HTTPException) as error:
            connection.close()  # the next request opens it again
            self.result.errors.append(f"{visit.path}: {error!r}")
            return
        body = gzip.decompress(body) if _is_packed(response) else body
        with self.lock:
            self.note(visit, name, response.status, response.headers, body)

    def note(self, visit: day.Visit, name: bytes, status: int, headers, body: bytes) -> None:
        result = self.result
        if status not in (200, 304):
            result.errors.append(f"{visit.path}: {status}")
            return
        is_kept = headers["X-Proxy-Cache"] in _KEPT
        if visit.member is not None:
            result.answers["member"] += 1
            is_page = SIGNED_IN in body
            result.leaks += is_kept or (visit.kind in ("lists", "papers") and not (is_page and name in body))
            result.leaks += any(other in body for other, _ in self.members if other != name)
            return
        result.answers["kept" if is_kept else "fetched"] += 1
        result.leaks += SIGNED_IN in body or any(other in body for other, _ in self.members)
        self.etags[visit.path] = headers["ETag"] or ""
        if written_at := max(map(int, _WRITTEN.findall(body)), default=0):
            result.oldest_title = max(result.oldest_title, time.time() - written_at)
        allowed = _allowed_age(headers["Cache-Control"] or "")
        if allowed is not None and headers["Date"]:
            age = time.time() - parsedate_to_datetime(headers["Date"]).timestamp()
            result.oldest = max(result.oldest, age)
            result.too_old += age > allowed + _TOLERATED


def _is_packed(response) -> bool:
    return response.headers["Content-Encoding"] == "gzip" and response.status == 200


def _allowed_age(rule: str) -> int | None:
    """The seconds for which the site allows an answer to be kept and given; None for what never changes."""
    rules = dict(part.strip().partition("=")[::2] for part in rule.split(","))
    if "immutable" in rules:
        return None
    return int(rules.get("max-age") or 0) + int(rules.get("stale-while-revalidate") or 0)


def replay(port: int, host: str, members: list, addresses: dict, per_day: int, seconds: float) -> Result:
    """The `seconds` after noon, with a cache that has what the eleven minutes before have left."""
    peak, through = _PEAK * per_day, Replay(port, host, members)
    before = day.visits(addresses, peak, (_NOON - _WINDOW, _NOON), len(members), seed=2)
    once = {visit.path: visit for visit in before if visit.member is None}
    through.run(list(once.values()), in_time=False)
    visits = list(day.visits(addresses, peak, (_NOON, _NOON + seconds), len(members), seed=3))
    return through.run(visits, in_time=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--requests", type=int, default=1_000_000, metavar="N", help="in a day")
    parser.add_argument("--seconds", type=float, default=75.0, metavar="N", help="of the day, for each proxy")
    options = state.read_options(parser)
    names = [name for name in ("nginx", "varnish") if caches.program(name)]
    if not names:
        print("Neither nginx nor Varnish is installed.")
        return 2
    state.set_up("proxy_cache")
    addresses, members = _prepare(options.files)
    print(state.machine())
    print(f"{options.requests:,} requests a day, of which {day.MEMBERS:.0%} of members; {_PEAK} times the mean at noon")
    print(", ".join(f"{len(addresses[kind]):,} {kind} ({share:.0%})" for kind, share in day.MIX.items()))
    results = {name: _through(name, addresses, members, options) for name in names}
    return _report(results, addresses, options.requests)


def _through(name: str, addresses: dict, members: list, options: argparse.Namespace) -> Result:
    from lib.env import DATA

    port = int(os.environ["PORT"])
    with (
        tempfile.TemporaryDirectory() as folder,
        servers.site(port, DATA / "site.log", None, front_door=True),
        caches.in_front_of(name, port, Path(folder)) as front,
        _writing(addresses["papers"][0]),
    ):
        return replay(front, f"{servers.HOST}:{port}", members, addresses, options.requests, options.seconds)


@contextmanager
def _writing(address: str) -> Iterator[None]:
    """Write into the title of the paper at this address what time it is, again and again."""
    from django.db import connection

    from papers.models import Paper

    [pk] = Paper.objects.filter(arxiv_id=address.rpartition("/")[2]).values_list("pk", flat=True)
    over = threading.Event()

    def write() -> None:
        Paper.objects.touch([pk], title=f"Written at {time.time():.0f}")

    def write_again() -> None:
        while not over.wait(_WRITTEN_EVERY):
            write()
        connection.close()

    write()
    connection.close()
    writer = threading.Thread(target=write_again)
    writer.start()
    try:
        yield
    finally:
        over.set()
        writer.join()


def _report(results: dict[str, Result], addresses: dict, per_day: int) -> int:
    columns = ["kept", "fetched", "member"]
    rows = [
        (name, *(result.answers[column] for column in columns), result.percent, result.oldest, result.oldest_title)
        for name, result in results.items()
    ]
    print(table(["", "kept", "fetched", "members'", "% kept", "oldest, s", "oldest title, s"], rows))
    for requests in (per_day // 10, per_day):
        whole = day.ratio_on_paper(day.visits(addresses, requests, (0, day.SECONDS), _MEMBERS))
        print(f"On paper, {requests:,} requests over a whole day: {100 * whole:.1f} % kept")
    limits = []
    for name, result in results.items():
        print(*result.errors[:5], sep="\n", end="\n" if result.errors else "")
        limits += [
            Limit(f"{name}: % of strangers' requests kept", result.percent, _LEAST_PERCENT, at_least=True),
            Limit(f"{name}: answers older than allowed", result.too_old, 0),
            Limit(f"{name}: age of the oldest title, s", result.oldest_title, _WINDOW + _WRITTEN_EVERY + _TOLERATED),
            Limit(f"{name}: members' bytes for others", result.leaks, 0),
            Limit(f"{name}: errors", len(result.errors), 0),
        ]
    return verdict(limits)


def _prepare(files: list[Path]) -> tuple[dict[str, list[str]], list[tuple[bytes, str]]]:
    """Imports the papers of the last months. Returns the addresses by kind, and the members."""
    from bench import crowd, database
    from lib.env import DATA
    from papers.models import Day, Paper

    crowd.prepare(files[-3:])
    members = [_member(f"marker-{number}-of-nobody-else") for number in range(_MEMBERS)]
    papers = [paper.get_absolute_url() for paper in Paper.objects.order_by("-listed_at", "-vote_count")[:_PAPERS]]
    days = [f"/papers/date/{one.date}" for one in Day.objects.order_by("-date")[:60]]
    static = [
        f"/static/{path.relative_to(DATA / 'static')}" for path in sorted((DATA / "static" / "css").glob("*.css"))
    ]
    addresses = {
        "lists": ["/papers", "/papers/trending", "/papers/week", "/papers/month", "/topics", "/orgs", *days],
        "papers": papers,
        "feeds": ["/papers.atom", "/papers/trending.atom", "/papers/week.atom", "/comments.atom"],
        "api": ["/api/daily_papers", "/api/daily_papers?limit=50", "/api/papers/search?q=language"],
        "files": [path for path in static if path.count(".") > 1] or static,
    }
    database.leave()
    return addresses, members


def _member(username: str) -> tuple[bytes, str]:
    from django.contrib.auth import get_user_model

    from bench.database import signed_in

    user, _ = get_user_model().objects.get_or_create(username=username)
    return username.encode(), signed_in(user)[1]["Cookie"]


if __name__ == "__main__":
    sys.exit(main())
