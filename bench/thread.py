"""How fast a thread of 2,000 comments is, beside a paper of the same site without comments in the same rounds.

    .venv/bin/python bench/thread.py [--data FOLDER]

Pages and posts of Django's test client in this process, in ms. "Kept": the page is in the cache of this process;
"drawn": one comment has changed since; "cold": nothing is cached, which has no limit, since it happens once a comment
and process. Exits with 0 if all limits hold, 1 if one is missed, 2 without data.
"""

import argparse
import re
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count, cycle
from pathlib import Path
from statistics import median
from typing import NamedTuple
from unittest.mock import patch

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench import state  # noqa: E402
from bench.report import Limit, table, verdict  # noqa: E402

_PAPERS, _COMMENTS, _ROUNDS, _DEEP = 2_000, 2_000, 30, 40
_TIMES_EMPTY, _TIMES_VOTE = 3, 2
_GZIP = {"Accept-Encoding": "gzip"}
_HTMX = {"HX-Request": "true", "HX-Target": "thread"}


class Line(NamedTuple):
    """A line of the table: the name of the line that it is compared with, and what is asked for.

    A page is asked for once, then `prepare` is called, and then it is asked for once more and measured.
    """

    unit: str
    request: Callable
    prepare: Callable | None = None


def main() -> int:
    options = state.read_options(argparse.ArgumentParser(description=__doc__.split("\n", 1)[0]))
    state.set_up("thread")
    from bench import commenting, filling, synthetic
    from papers.search import embedding

    print(state.machine())
    with patch.object(embedding, "Bundled", synthetic.Model):
        filling.fill(_PAPERS, options.files)
        return verdict(_measure(*(commenting.discuss(pk, number) for pk, number in enumerate((0, 3, _COMMENTS), 1))))


def _measure(empty, few, many) -> list[Limit]:
    from bench.database import reader, stranger

    anyone, (client, _) = stranger(), reader()
    pages = _pages(anyone, client, {"no comments": empty, "3 comments": few, "2,000 comments": many})
    unit = "drawn, no comments"
    pages |= {
        name: Line(unit, lambda path=path: anyone.get(path, headers=_GZIP), _change)
        for name, path in _threads(anyone, many)
    }
    statements = {name: _statements(line) for name, line in pages.items()}
    times = _rounds(pages, statements)
    posts = {
        "vote": Line("vote", _vote(client, empty)),
        "vote, among 2,000": Line("vote", _vote(client, many)),
        "comment, among 3": Line("vote", _post(client, f"{few.get_absolute_url()}/comments/new")),
        "comment, among 2,000": Line("vote", _post(client, f"{many.get_absolute_url()}/comments/new")),
        "answer, among 2,000": Line("vote", _post(client, f"{many.comments.earliest('pk').get_absolute_url()}/reply")),
    }
    slowest = max(ratio for name, ratio in times.items() if not name.startswith("cold"))
    kinds = {name.partition(",")[0] for name in pages if name.endswith("no comments")}
    more = max(statements[f"{kind}, 2,000 comments"] - statements[f"{kind}, 3 comments"] for kind in kinds)
    return [
        Limit("slowest page, × one without comments", slowest, _TIMES_EMPTY),
        Limit("SQL statements more for 2,000 comments than for 3", more, 0),
        Limit("slowest post, × vote", max(_rounds(posts, {}).values()), _TIMES_VOTE),
    ]


def _pages(anyone, client, papers: dict) -> dict[str, Line]:
    kinds = {"kept": (anyone, int), "drawn": (anyone, _change), "cold": (anyone, _forget), "signed in": (client, int)}
    return {
        f"{kind}, {name}": Line(f"{kind}, no comments", lambda who=who, paper=paper: _get(who, paper), prepare)
        for kind, (who, prepare) in kinds.items()
        for name, paper in papers.items()
    }


def _get(client, paper):
    return client.get(paper.get_absolute_url(), headers=_GZIP)


def _threads(client, paper) -> Iterator[tuple[str, str]]:
    """The names and addresses of all comments in each order, of the second page, and of a comment far down."""
    for order in ("best", "newest", "oldest"):
        yield order, (path := f"{paper.get_absolute_url()}/comments?sort={order}")
        older = re.search(r'href="([^"]+older=[^"]+)">More', client.get(path).content.decode())[1]
        yield f"{order}, second page", older.replace("&amp;", "&")
    yield f"a comment at depth {_DEEP}", paper.comments.filter(depth=_DEEP).earliest("pk").get_absolute_url()


def _vote(client, paper) -> Callable:
    paths = cycle(f"{paper.get_absolute_url()}/{verb}" for verb in ("vote", "vote/withdraw"))
    return lambda: client.post(next(paths), headers=_HTMX)


def _post(client, path: str) -> Callable:
    from bench.commenting import TEXT

    numbers = count(time.time_ns())
    return lambda: client.post(path, {"text": TEXT.format(n=next(numbers))}, headers=_HTMX)


def _rounds(lines: dict[str, Line], statements: dict[str, int]) -> dict[str, float]:
    """All lines in turn, several times over; prints them, and returns the median ratio of each to its unit."""
    rounds = [{name: _milliseconds(line) for name, line in lines.items()} for _ in range(1 + _ROUNDS)][1:]
    ratios = {name: median(each[name] / each[line.unit] for each in rounds) for name, line in lines.items()}
    rows = []
    for name in lines:
        times = sorted(each[name] for each in rounds)
        rows.append((name, statements.get(name), median(times), times[int(0.95 * _ROUNDS)], ratios[name]))
    print(table(["page or post", "statements", "p50 ms", "p95 ms", "× unit"], rows))
    return ratios


def _milliseconds(line: Line) -> float:
    if line.prepare:
        line.request()
        line.prepare()
    started = time.perf_counter()
    answer = line.request()
    took = 1_000 * (time.perf_counter() - started)
    assert answer.status_code == 200, answer.content.decode()
    return took


def _statements(line: Line) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    line.request()
    line.prepare()
    with CaptureQueriesContext(connection) as captured:
        line.request()
    return len(captured)


def _change() -> None:
    from bench.commenting import touch_best

    touch_best()
    _clear("pages")


def _forget() -> None:
    _clear("pages")
    _clear("cards")


def _clear(name: str) -> None:
    from django.core.cache import caches

    caches[name].clear()


if __name__ == "__main__":
    sys.exit(main())
