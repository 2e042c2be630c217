"""What grows with the number of papers: every list in every order with every filter, other pages, and searches.

    .venv/bin/python bench/million.py [--data FOLDER] [--papers N] [--repeat N]

Fills a database with 10,000 synthetic papers and one with a million, each with ten votes a paper, and keeps both: a
million take half an hour and 15 GB. Pages are those of Django's test client in this process, with kept cards and
without kept pages. Times are CPU time, so that other work on the machine counts little: of the PostgreSQL process for
a statement, and of both processes for a page. A page may grow to 1.5 times its cost, or cost 30 ms.

Exits with 0 if all limits hold, 1 if one is missed, 2 without data.
"""

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from unittest.mock import patch

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench import servers, state  # noqa: E402
from bench.load import Line, Request, measure  # noqa: E402
from bench.report import Limit, table, verdict  # noqa: E402

_SMALL = 10_000
_MEMORY = "5GB"  # of PostgreSQL: what a million papers are read from again and again fits into it
_TIMES, _MS = 1.5, 30
_SLOWEST = 30  # pages that are told one by one

type Name = tuple[str, ...]


@dataclass(frozen=True)
class Cost:
    """CPU ms of the slowest statement and of the whole page, at the median and at the 95th percentile."""

    statement: float
    statement_p95: float
    page: float
    page_p95: float
    gave_up: bool

    def grew_too_much(self, small: "Cost") -> bool:
        """Whether the statement or the page takes more than it may, compared with that among few papers."""
        pairs = ((self.statement, small.statement), (self.page, small.page))
        return self.gave_up or any(large > max(_MS, _TIMES * few) for large, few in pairs)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--papers", type=int, default=1_000_000, metavar="N", help="how many papers")
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="how often each page is asked for")
    options = state.read_options(parser)
    (small, _), (large, searches) = (_in_a_process(number, options) for number in (_SMALL, options.papers))
    return verdict([*_report(small, large), *searches])


def _in_a_process(number: int, options: argparse.Namespace) -> tuple[dict[Name, Cost], list[Limit]]:
    """In a process of its own, since Django has one database."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_measure, number, options.files, options.repeat).result()


def _measure(number: int, files: list[Path], repeat: int) -> tuple[dict[Name, Cost], list[Limit]]:
    sys.stdout.reconfigure(line_buffering=True)
    state.set_up(f"synthetic-{number}", shared_buffers=_MEMORY, max_wal_size="6GB")
    from bench import addresses, filling, searches, synthetic
    from papers.search import embedding

    print(state.machine())
    with patch.object(embedding, "Bundled", synthetic.Model):
        filling.fill(number, files, with_readers=True)
        costs = {page.name: _cost(page.request, repeat) for page in addresses.pages(number)}
        return costs, searches.measure(number)


def _cost(request: Callable, repeat: int) -> Cost:
    """Asked for once more, which fills the cache of cards."""
    from django.core.cache import caches

    statements, pages, gave_up = [], [], False
    for _ in range(repeat + 1):
        caches["pages"].clear()
        caches["searches"].clear()
        slowest, page, status = _once(request)
        statements.append(slowest)
        pages.append(page)
        gave_up |= status == 503
    return Cost(*_middle_and_p95(statements[1:]), *_middle_and_p95(pages[1:]), gave_up)


def _once(request: Callable) -> tuple[float, float, int]:
    """The CPU ms of its slowest statement and of all, and the status of its answer."""
    from django.db import connection

    connection.ensure_connection()
    backend = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")  # its first number is CPU time in ns
    times = [0.0]

    def in_postgres() -> float:
        return int(backend.read_text().split()[0]) / 1e6

    def timed(execute, *args):
        started = in_postgres()
        try:
            return execute(*args)
        finally:
            times.append(in_postgres() - started)

    postgres, python = in_postgres(), time.process_time()
    with connection.execute_wrapper(timed):
        answer = request()
    assert answer.status_code in {200, 503}, answer.status_code
    return max(times), in_postgres() - postgres + 1_000 * (time.process_time() - python), answer.status_code


def _middle_and_p95(times: list[float]) -> tuple[float, float]:
    times = sorted(times)
    return median(times), times[int(0.95 * len(times))]


def _report(small: dict[Name, Cost], large: dict[Name, Cost]) -> list[Limit]:
    bare = _bare()
    print(f"\nA bare Django page takes {bare:.2f} ms of CPU time.")
    lists = {name: cost for name, cost in large.items() if len(name) > 1}
    for place, noun in enumerate(("list", "filter", "order")):
        print(_groups(noun, place, small, lists))
    others = [name for name in large if len(name) == 1]
    worst = sorted(lists, key=lambda name: -max(large[name].statement, large[name].page))[:_SLOWEST]
    print(
        _table("other pages", others, small, large, bare), _table("slowest lists", worst, small, large, bare), sep="\n"
    )
    missed = [name for name in large if large[name].grew_too_much(small[name])]
    print(_table("grew too much", missed, small, large, bare))
    return [Limit(f"pages of {len(large):,} that grew too much", len(missed), 0)]


def _groups(noun: str, place: int, small: dict[Name, Cost], large: dict[Name, Cost]) -> str:
    """The slowest of all lists that have this in common."""
    groups = defaultdict(list)
    for name in large:
        groups[name[place]].append(name)
    rows = [
        (value, *(max(getattr(of[name], figure) for name in names) for figure in _FIGURES for of in (small, large)))
        for value, names in groups.items()
    ]
    return table([f"{noun}, the slowest of all", *_HEADINGS], rows)


_FIGURES = ("statement", "statement_p95", "page", "page_p95")
_HEADINGS = [f"{figure.replace('_', ' ')} {size}" for figure in _FIGURES for size in ("few", "many")]


def _table(title: str, names: Iterable[Name], small: dict[Name, Cost], large: dict[Name, Cost], bare: float) -> str:
    rows = []
    for name in names:
        here, before = large[name], small[name]
        costs = [getattr(cost, figure) for figure in _FIGURES for cost in (before, here)]
        growth = max(here.page / before.page, here.statement / max(before.statement, 0.1))
        rows.append((" · ".join(name), *costs, growth, here.page / bare, "gave up" if here.gave_up else ""))
    return table([f"{title}, CPU ms", *_HEADINGS, "growth ×", "× bare", ""], rows)


def _bare() -> float:
    """The CPU ms of a bare page."""
    folder = state.FOLDER / "bare.log"
    with servers.bare(servers.free_port(), folder) as bare:
        line = Line("bare Django page", bare, lambda client: iter(lambda: (Request("/"),), None))
        measure(line, 0.5)
        before = bare.cpu_seconds()
        answers, _ = measure(line, 3)
        return 1_000 * (bare.cpu_seconds() - before) / len(answers)


if __name__ == "__main__":
    sys.exit(main())
