"""Whether any list is without a bound: every order, filter and period, old and new, and the sitemap.

    .venv/bin/python bench/bounds.py [--data FOLDER] [--papers N]

Pages of Django's test client in this process, among synthetic papers. The slowest statement of each page counts, in
ms at the client, as the best of three rounds, beside the slowest one of Trending's first page in the same run. Exits
with 0 if no statement passes the site's timeout or the limits, 1 if one does, 2 without data.
"""

import argparse
import sys
import time
from itertools import product
from pathlib import Path
from unittest.mock import patch

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench import state  # noqa: E402
from bench.report import Limit, table, verdict  # noqa: E402

_MEMORY = "2GB"
_ROUNDS = 3
_TIMES_TRENDING = 60
_TRENDING = "/papers/trending"
_ORDERS = ("votes", "newest", "discussed", "hot")
_PERIODS = {
    "all papers": _TRENDING,
    "newest day": "/papers/date/2025-09-30",
    "newest week": "/papers/week/2025-W39",
    "newest month": "/papers/month/2025-09",
    "oldest day": "/papers/date/2023-04-20",
    "oldest week": "/papers/week/2023-W17",
    "oldest month": "/papers/month/2023-05",
}
_OTHERS = ("/papers/archive", "/sitemap.xml", "/sitemap-lists.xml", "/sitemap-papers-0.xml")
# The first organisation has most papers, and none of them has code (bench/synthetic.py).
_FILTERS = {
    "no filter": "",
    "topic of many": "topic={common_topic}",
    "topic of few": "topic={rare_topic}",
    "topic of none": "topic=zzz",
    "organisation of many": "org=organisation-1",
    "organisation of few": "org=organisation-480",
    "organisation of none": "org=zzz",
    "author of many": "author={common_name}",
    "author of none": "author=zzz",
    "votes of many": "min_votes=10",
    "votes of few": "min_votes=4000",
    "votes of none": "min_votes=2000000",
    "code": "has=code",
    "reports of many": "repro=any",
    "reports of few": "repro=fails",
    "reports of none": "repro=partly",
    "after": "after=2025-09-01",
    "before": "before=2023-05-01",
    "between": "after=2023-05-01&before=2023-05-07",
    "between, of none": "after=2023-05-07&before=2023-05-07&min_votes=4900",
    "two of many": "topic={common_topic}&has=code",
    "two of many, together of none": "org=organisation-1&has=code",
    "all, together of none": "org=organisation-1&has=code&topic={common_topic}&min_votes=10&before=2023-12-31",
    "words": "q={common_words}",
    "words and a filter": "q={common_words}&has=code",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--papers", type=int, default=250_000, metavar="N", help="how many papers")
    options = state.read_options(parser)
    state.set_up(f"synthetic-{options.papers}", shared_buffers=_MEMORY)
    from bench import filling, synthetic
    from papers.search import embedding

    print(state.machine())
    with patch.object(embedding, "Bundled", synthetic.Model):
        filling.fill(options.papers, options.files)
        return verdict(_measure())


def _measure() -> list[Limit]:
    """All pages in turn, several times over."""
    from django.conf import settings

    others = (_TRENDING, *_OTHERS)
    pages = {(path,): path for path in others} | _lists()
    rounds = [{name: _slowest(path) for name, path in pages.items()} for _ in range(_ROUNDS)]
    best = {name: min(each[name] for each in rounds) for name in rounds[0]}
    rows = [
        (filter, *(max(best[period, filter, order] for order in _ORDERS) for period in _PERIODS)) for filter in _FILTERS
    ]
    print(table(["ms, the slowest of all orders", *_PERIODS], rows))
    unit, slowest = best[_TRENDING,], max(best, key=best.get)
    rows = [(path, best[path,], best[path,] / unit) for path in others]
    print(table(["slowest statement", "ms", "× trending"], rows))
    print(f"\nThe slowest of {len(best)} pages: {', '.join(slowest)}.")
    return [
        Limit("slowest statement in ms, and the timeout", best[slowest], settings.STATEMENT_TIMEOUT_MS),
        Limit("slowest statement, × trending", best[slowest] / unit, _TIMES_TRENDING),
    ]


def _lists() -> dict[tuple[str, str, str], str]:
    """The address of each list by its period, filter and order."""
    values = _common()
    return {
        (period, filter, order): f"{path}?{query.format(**values)}&sort={order}"
        for (period, path), (filter, query), order in product(_PERIODS.items(), _FILTERS.items(), _ORDERS)
    }


def _common() -> dict[str, str]:
    """Returns topics, a name and words that many papers have, and a topic that few have, quoted for an address."""
    from urllib.parse import quote

    values = {
        "common_topic": _topic("DESC"),
        "rare_topic": _topic("ASC"),
        "common_name": "wang",
        "common_words": "language model",
    }
    return {name: quote(value) for name, value in values.items()}


def _topic(order: str) -> str:
    """The first topic by its number of papers."""
    from django.db import connection

    topics = "SELECT topic FROM papers_searchentry, unnest(topics) topic GROUP BY topic"
    with connection.cursor() as cursor:
        cursor.execute(f"{topics} ORDER BY count(*) {order}, topic LIMIT 1")
        return cursor.fetchone()[0]


def _slowest(path: str) -> float:
    """The time that the page's slowest statement takes, in ms."""
    from django.core.cache import caches
    from django.db import connection

    from bench.database import stranger

    times = [0.0]

    def measure(execute, *args):
        started = time.perf_counter()
        try:
            return execute(*args)
        finally:
            times.append(1_000 * (time.perf_counter() - started))

    caches["pages"].clear()
    caches["searches"].clear()
    with connection.execute_wrapper(measure):
        answer = stranger().get(path, follow=True)
    assert answer.status_code in {200, 503}, (path, answer.status_code)
    return max(times)


if __name__ == "__main__":
    sys.exit(main())
