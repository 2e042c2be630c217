"""What it costs to watch the site: ids, metrics and the log, in each page's own time.

    .venv/bin/python bench/watching.py [--pairs N] [--page NAME]

The application answers the same request as it does with METRICS_TOKEN, and with nothing that watches it: no ids, no
counters, no clock at statements. Both run in this process and take turns in blocks of answers, so that nothing else
differs; the first of a pair changes from pair to pair. The table shows the CPU time of this process for one answer,
without PostgreSQL's and with that of writing down what was counted: the median of the blocks, and the median and the
quartiles of the differences within pairs. On a busy machine the quartiles are far apart; then repeat it. The database
is the demo's, in var/bench/watching.

Exits with 0 if no page gets slower by more than the limit, and with 1 if one does.
"""

import argparse
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench import state  # noqa: E402
from bench.report import Limit, table, verdict  # noqa: E402

MAX_PERCENT = 3
_BLOCK = 20  # answers


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--pairs", type=int, default=20, metavar="N", help="of blocks, for each page")
    parser.add_argument("--page", metavar="NAME", help="the only page to be measured, such as paper")
    options = parser.parse_args()
    state.set_up("watching")
    return verdict(_measure_all(options.pairs, options.page))


def _measure_all(pairs: int, only: str | None) -> list[Limit]:
    from django.core.management import call_command

    from bench import database
    from config import demo
    from papers.models import Paper

    call_command("prepare")
    if not Paper.objects.exists():
        demo.load()
    database.lift_limits()
    _, headers = database.reader()
    print(state.machine())
    rows, limits = [], []
    for name, path, more in _pages(headers["Cookie"]):
        if only in (None, name):
            plain, (low, middle, high) = _compare(path, more, pairs)
            percent = 100 * middle / plain
            rows.append((name, 1_000 * plain, *(f"{1_000_000 * value:.0f}" for value in (low, middle, high)), percent))
            limits.append(Limit(f"{name}, slower by %", percent, MAX_PERCENT))
    print(table(["page", "CPU ms", "watched: + µs, a quarter below", "half", "three quarters", "%"], rows))
    return limits


def _pages(cookie: str) -> list[tuple[str, str, dict]]:
    """The name, the address and the headers of each request. No answer is one that the front door would have kept."""
    from papers.models import Paper

    paper = Paper.objects.order_by("-vote_count", "id")[0].get_absolute_url()
    member, etag = {"HTTP_COOKIE": cookie}, _answer(_Application(is_watched=False), "/papers", {})["ETag"]
    return [
        ("latest day", "/papers", {}),
        ("latest day, 304", "/papers", {"HTTP_IF_NONE_MATCH": etag}),
        ("latest day, signed in", "/papers", member),
        ("trending", "/papers/trending", {}),
        ("words", "/papers?q=language", {}),
        ("paper", paper, {}),
        ("paper, signed in", paper, member),
    ]


class _Application:
    """The application of the site with or without all that watches it."""

    def __init__(self, *, is_watched: bool) -> None:
        from django.conf import settings
        from django.core.handlers.wsgi import WSGIHandler

        from config.wsgi import Request
        from lib.watching import Watched

        self.is_watched = is_watched
        without = {"lib.watching.WatchMiddleware", "config.metrics.MetricsMiddleware"}
        with self.settings():
            middleware = settings.MIDDLEWARE
            settings.MIDDLEWARE = [name for name in middleware if is_watched or name not in without]
            handler = WSGIHandler()
            settings.MIDDLEWARE = middleware
        handler.request_class = Request
        self.application = Watched(handler) if is_watched else handler

    @contextmanager
    def settings(self):
        """A block in which metrics and the clock of statements are on or off."""
        from django.conf import settings
        from django.db import connection

        from lib.watching import measure

        settings.METRICS_TOKEN = "a token of thirty characters" if self.is_watched else ""
        connection.execute_wrappers[:] = [measure] if self.is_watched else []
        yield


def _compare(path: str, headers: dict, pairs: int) -> tuple[float, list[float]]:
    """Returns the CPU seconds of an unwatched answer, and the quartiles of how many more a watched one takes."""
    plain, watched = _Application(is_watched=False), _Application(is_watched=True)
    for application in (plain, watched):
        _time(application, path, headers)
    without, more = [], []
    for number in range(pairs):
        order = (plain, watched) if number % 2 else (watched, plain)
        took = {application.is_watched: _time(application, path, headers) for application in order}
        without.append(took[False])
        more.append(took[True] - took[False])
    return median(without), quantiles(more, n=4)


def _time(application: _Application, path: str, headers: dict) -> float:
    """Returns the CPU seconds of one answer of a block. Raises SystemExit for an error, which takes another time."""
    from lib import metrics

    environs = [_environ(path, headers) for _ in range(_BLOCK)]
    with application.settings():
        metrics.write()
        begun, head = time.process_time(), []
        for environ in environs:
            response = application.application(environ, lambda *answer: head.append(answer[0]))
            body = b"".join(response)
            response.close()
        metrics.write()
        took = time.process_time() - begun
    if {status[:3] for status in head} - {"200", "304"} or (head[0].startswith("200") and not body):
        raise SystemExit(f"{path}: {head}")
    return took / _BLOCK


def _answer(application: _Application, path: str, headers: dict) -> dict[str, str]:
    """Returns the headers of an answer."""
    head = []
    with application.settings():
        application.application(_environ(path, headers), lambda *answer: head.extend(answer)).close()
    return dict(head[1])


def _environ(path: str, headers: dict) -> dict:
    from django.test import RequestFactory

    return RequestFactory().get(path, HTTP_HOST="127.0.0.1", HTTP_ACCEPT_ENCODING="gzip", **headers).environ


if __name__ == "__main__":
    sys.exit(main())
