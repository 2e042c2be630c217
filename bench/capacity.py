"""What a site needs for a number of readers, on paper: cores, nodes, connections, disk and bandwidth.

    .venv/bin/python bench/capacity.py [--data FOLDER] [--readers N …] [--figures FILE]

The costs of a request are measured first, in about a minute, with the site as its operators start it, real papers and
no load beside it (var/bench/capacity), and printed as JSON; --figures reads such a file instead. What follows is
arithmetic, and all that it assumes is printed. Exits with 2 without data.
"""

import argparse
import json
import math
import os
import sys
from dataclasses import asdict, dataclass, fields
from http.client import HTTPConnection
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench import servers, state  # noqa: E402
from bench.report import table  # noqa: E402

_READERS = (10_000, 1_000_000, 100_000_000)
_REQUESTS, _ADDRESSES = 300, 100
_MONTH = 30 * 86_400  # seconds


@dataclass(frozen=True)
class Figures:
    """What was measured: CPU milliseconds (web and PostgreSQL), and bytes as they are sent or stored."""

    list_ms: float  # for a stranger, through no cache
    paper_ms: float
    member_ms: float  # a page for who is signed in
    vote_ms: float
    page_bytes: float  # compressed, of a list
    first_bytes: float  # style, scripts and fonts, which a browser keeps
    paper_disk: float  # with its indexes and search entry
    vote_disk: float
    user_disk: float  # of the row of the account alone


@dataclass(frozen=True)
class Assumptions:
    """What nobody has measured. Each is printed with its meaning."""

    pages_per_reader: float = 10.0
    member_share: float = 0.05
    votes_per_member: float = 5.0
    new_reader_share: float = 0.5
    hit_percent: float = 95.0
    peak_factor: float = 5.0
    core_use: float = 0.5
    node_cores: int = 4
    node_spare: int = 1
    connections_per_process: int = 5
    papers_per_year: int = 250_000
    vector_bytes: int = 4_000
    picture_bytes: int = 40_000
    years: int = 5


_MEANING = {
    "pages_per_reader": "pages that a reader opens in a month",
    "member_share": "of readers are signed in; a shared cache keeps nothing of theirs",
    "votes_per_member": "votes that each of them casts in a month",
    "new_reader_share": "of readers come with an empty browser, and load style, scripts and fonts once",
    "hit_percent": "% of strangers' requests that the cache answers (bench/proxy_cache.py); fewer if there are few",
    "peak_factor": "times as many requests in the busiest hour as in the mean one",
    "core_use": "of a core may be busy in that hour, so that answers need not wait",
    "node_cores": "cores of a machine, each with one web process and a share of PostgreSQL",
    "node_spare": "machines more than are needed, so that one may fail",
    "connections_per_process": "connections to PostgreSQL of a web process: one for each thread, and one for probes",
    "papers_per_year": "papers that come in a year, all that arXiv gets",
    "vector_bytes": "bytes of a paper's vector of 384 numbers with its index",
    "picture_bytes": "bytes of a paper's picture in both sizes",
    "years": "years for which papers, votes and accounts are kept on the disk",
}


@dataclass(frozen=True)
class Need:
    """What one number of readers takes."""

    readers: int
    pages_per_second: float  # at the peak, all of them
    site_per_second: float  # at the peak, those that the site answers
    cores: float
    nodes: int
    connections: int
    disk_gb: float
    megabits: float  # at the peak, from the proxy cache to readers

    def row(self) -> tuple:
        return tuple(getattr(self, field.name) for field in fields(self))


def need(readers: int, figures: Figures, assumed: Assumptions) -> Need:
    """Returns what this many readers a month take at the busiest hour, and after `years` on the disk."""
    per_second = assumed.peak_factor / _MONTH
    members = readers * assumed.member_share
    strangers_pages = (readers - members) * assumed.pages_per_reader * per_second
    members_pages = members * assumed.pages_per_reader * per_second
    votes = members * assumed.votes_per_member * per_second
    fetched = strangers_pages * (1 - assumed.hit_percent / 100)
    stranger_ms = (figures.list_ms + figures.paper_ms) / 2
    busy = (fetched * stranger_ms + members_pages * figures.member_ms + votes * figures.vote_ms) / 1_000
    cores = busy / assumed.core_use
    nodes = math.ceil(cores / assumed.node_cores) + assumed.node_spare
    pages = strangers_pages + members_pages
    sent = pages * figures.page_bytes + readers * assumed.new_reader_share * per_second * figures.first_bytes
    return Need(
        readers,
        pages,
        fetched + members_pages + votes,
        cores,
        nodes,
        nodes * assumed.node_cores * assumed.connections_per_process,
        _disk(members, figures, assumed) / 1e9,
        8 * sent / 1e6,
    )


def _disk(members: float, figures: Figures, assumed: Assumptions) -> float:
    papers = (
        assumed.papers_per_year * assumed.years * (figures.paper_disk + assumed.vector_bytes + assumed.picture_bytes)
    )
    votes = members * assumed.votes_per_member * 12 * assumed.years * figures.vote_disk
    return papers + votes + members * figures.user_disk


def report(readers: list[int], figures: Figures, assumed: Assumptions) -> str:
    """Returns the table, what was measured, and what was assumed."""
    headings = ["readers a month", "pages/s", "of the site/s", "cores", "nodes", "connections", "disk, GB", "Mbit/s"]
    needs = [need(number, figures, assumed).row() for number in readers]
    rows = [(f"{number:,}", *rest) for number, *rest in needs]
    measured = [(name, value) for name, value in asdict(figures).items()]
    lines = [table(headings, rows), table(["measured", ""], measured), "", "Assumed:"]
    return "\n".join([*lines, *(f"{value:>12,} {_MEANING[name]}" for name, value in asdict(assumed).items())])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--readers", type=int, nargs="+", default=_READERS, metavar="N", help="in a month")
    parser.add_argument("--figures", type=Path, metavar="FILE", help="what an earlier run has measured, as JSON")
    if "--figures" in sys.argv:
        options = parser.parse_args()
        figures = Figures(**json.loads(options.figures.read_text()))
    else:
        options = state.read_options(parser)
        figures = measure(options.files)
        print(json.dumps({name: round(value, 1) for name, value in asdict(figures).items()}))
    print(report(options.readers, figures, Assumptions()))
    return 0


def measure(files: list[Path]) -> Figures:
    """Returns the costs on this machine. Each page is one of many, so that the site's own caches help as they do."""
    state.set_up("capacity")
    import psutil

    from bench import crowd, database
    from lib.env import DATA
    from lib.postgres import CLUSTER
    from papers.models import Day, Paper

    crowd.prepare(files[-3:])
    print(state.machine())
    papers = [paper.get_absolute_url() for paper in Paper.objects.order_by("-listed_at")[:_ADDRESSES]]
    days = [f"/papers/date/{day.date}" for day in Day.objects.order_by("-date")[:_ADDRESSES]]
    _, member = database.reader()
    disk = _row_bytes()
    database.leave()
    postmaster = psutil.Process(int((CLUSTER / "postmaster.pid").read_text().split()[0]))
    with servers.site(int(os.environ["PORT"]), DATA / "site.log", None, front_door=True) as site:
        cost = _Cost([site, servers.Server(0, postmaster)], site.port)
        first = sum(cost.sent(path) for path in cost.files())
        return Figures(
            list_ms=cost.of(days),
            paper_ms=cost.of(papers),
            member_ms=cost.of([*days[:20], *papers[:20]], headers=member),
            vote_ms=cost.of(
                [f"{paper}/{verb}" for paper in papers for verb in ("vote", "vote/withdraw")], "POST", member
            ),
            page_bytes=sum(map(cost.sent, days[:20])) / len(days[:20]),
            first_bytes=first,
            **disk,
        )


class _Cost:
    """Measures requests to the site at this port by the CPU time that these servers take."""

    def __init__(self, measured: list[servers.Server], port: int):
        self.measured, self.port = measured, port

    def of(self, paths: list[str], method: str = "GET", headers: dict | None = None) -> float:
        """The CPU milliseconds of a request, on the average of _REQUESTS to these addresses in turn."""
        self.send(paths, len(paths), method, headers)
        before = self.seconds()
        self.send(paths, _REQUESTS, method, headers)
        return (self.seconds() - before) * 1_000 / _REQUESTS

    def seconds(self) -> float:
        return sum(server.cpu_seconds() for server in self.measured)

    def send(self, paths: list[str], count: int, method: str = "GET", headers: dict | None = None) -> bytes:
        """The body of the last answer. Raises SystemExit for an error."""
        connection = HTTPConnection(servers.HOST, self.port, timeout=60)
        for number in range(count):
            path = paths[number % len(paths)]
            connection.request(method, path, headers={"Accept-Encoding": "gzip"} | (headers or {}))
            response = connection.getresponse()
            body = response.read()
            if response.status >= 400:
                raise SystemExit(f"{method} {path}: {response.status}")
        connection.close()
        return body

    def sent(self, path: str) -> int:
        return len(self.send([path], 1))

    def files(self) -> list[str]:
        """The style, the scripts and the fonts of a page."""
        import gzip
        import re

        page = gzip.decompress(self.send(["/papers/trending"], 1)).decode()
        return re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js|woff2))"', page)


def _row_bytes() -> dict[str, float]:
    """The bytes of a paper, a vote and a user with their indexes. Votes and users are written, and rolled back."""
    from django.contrib.auth import get_user_model
    from django.db import connection, transaction

    from papers.models import Paper, Vote

    users, votes = 1_000, 20_000
    pks = list(Paper.objects.values_list("pk", flat=True)[: votes // users])
    with connection.cursor() as cursor:

        def size(*tables: str) -> int:
            cursor.execute("SELECT sum(pg_total_relation_size(t::regclass)) FROM unnest(%s::text[]) t", [list(tables)])
            return int(cursor.fetchone()[0])

        cursor.execute("VACUUM FULL papers_vote, accounts_user")
        before = size("papers_vote"), size("accounts_user")
        with transaction.atomic():
            user = get_user_model()
            people = user.objects.bulk_create(
                user(username=f"row-{n}", email=f"row-{n}@example.org") for n in range(users)
            )
            Vote.objects.bulk_create(Vote(user=person, paper_id=pk) for person in people for pk in pks)
            after = size("papers_vote"), size("accounts_user")
            transaction.set_rollback(True)
        papers = size("papers_paper", "papers_searchentry", "papers_paperversion", "papers_author")
    return {
        "paper_disk": papers / Paper.objects.count(),
        "vote_disk": (after[0] - before[0]) / (users * len(pks)),
        "user_disk": (after[1] - before[1]) / users,
    }


if __name__ == "__main__":
    sys.exit(main())
