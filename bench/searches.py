"""How long `papers.search` takes among synthetic papers, in this process. Vectors of questions cost nothing here."""

import logging
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import combinations, islice, repeat
from random import Random
from statistics import mean, median

import psutil
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from numpy.random import default_rng

from bench import synthetic
from bench.questions import misspell
from bench.report import Limit, table
from papers.lists.filters import PaperFilter
from papers.models import Paper, Word
from papers.search import embedding, results, retrieval, syntax

_P95_MS = 100
_SEARCHES = 200
_COMMON = 30  # words, of which searches with two common ones are made
_COMPARED = 20  # vectors whose neighbours are compared with the exact ones
_SEED = 3

type Searches = Iterator[Callable[[], object]]


def measure(number: int) -> list[Limit]:
    """Among this many papers, with the model of bench/synthetic.py."""
    logging.getLogger(results.__name__).setLevel(logging.CRITICAL)  # the table tells which gave up
    rows = [_row(name, searches) for name, searches in _lines(number).items()]
    print(table(["a search", "found", "p50 ms", "p95 ms", "slowest ms", "CPU ms", "gave up"], rows))
    print(f"\nOf the {retrieval.POOL_LIMIT} papers nearest to a vector, the index finds {_recall():.1%}.")
    return [Limit(f"{name}, p95 in ms", p95, _P95_MS) for name, _, _, p95, *_ in rows]


def _lines(number: int) -> dict[str, Searches]:
    random = Random(_SEED)
    titles, common = _pieces_of_titles(number), _pairs_of_common_words()
    recent, voted = {"after": str((synthetic.LAST_DAY - timedelta(90)).date())}, {"min_votes": "10"}
    large, small = ({"org": f"organisation-{place}"} for place in (31, 480))
    return {
        "a plain list": repeat(_list),
        "3 to 12 words": _finds(titles),
        "by words only": _finds(titles, by="words"),
        "by meaning only": _finds(titles, by="meaning"),
        "after a day (1 paper in 10)": _finds(titles, **recent),
        "10 votes (1 in 4)": _finds(titles, **voted),
        "of an organisation (1 in 200)": _finds(titles, **large),
        "of an organisation (1 in 3,000)": _finds(titles, **small),
        "all of these (1 in 8,000)": _finds(titles, **recent, **voted, **large),
        "with typing errors": _finds(misspell(text, random) for text in titles),
        "two common words": _finds(common),
        "two common words, after a day": _finds(common, **recent),
        "repeated": _finds(repeat(next(titles))),
        "similar papers": (partial(results.similar, paper, Paper.objects.all()) for paper in _papers(number)),
    }


def _finds(texts: Iterator[str], by: str = "", **filters) -> Searches:
    for text in texts:
        papers = PaperFilter(filters, Paper.objects.all(), viewer=AnonymousUser()).qs
        yield partial(results.search, papers, syntax.terms(text), by=by)


def _list() -> list[Paper]:
    return Paper.objects.rows(AnonymousUser(), order=("hot", "id"), limit=30)


def _papers(number: int) -> list[Paper]:
    keys = Random(_SEED).sample(range(1, number + 1), 5_000)
    return list(Paper.objects.filter(pk__in=keys).order_by("arxiv_id").only("title"))


def _pieces_of_titles(number: int) -> Iterator[str]:
    """Three to twelve words of a title, none twice."""
    random = Random(_SEED)
    words = (paper.title.split()[: random.randint(3, 12)] for paper in _papers(number))
    return iter(dict.fromkeys(map(" ".join, words)))


def _pairs_of_common_words() -> Iterator[str]:
    """Words that mean something, the commonest of them."""
    common = Word.objects.extra(where=["numnode(plainto_tsquery('english', word)) > 0"])
    pairs = combinations(common.order_by("-papers").values_list("word", flat=True)[:_COMMON], 2)
    return iter(Random(_SEED).sample(list(map(" ".join, pairs)), 2 * _SEARCHES))


def _row(name: str, searches: Searches) -> tuple:
    _time(next(searches))  # the first warms up
    before = _cpu_seconds()
    times, sizes = zip(*map(_time, islice(searches, _SEARCHES)), strict=True)
    cpu = 1_000 * (_cpu_seconds() - before) / len(times)
    found, times = [size for size in sizes if size is not None], sorted(times)
    p95 = times[int(0.95 * len(times))]
    return name, int(median(found or [0])), median(times), p95, times[-1], cpu, len(times) - len(found)


def _cpu_seconds() -> float:
    """CPU time, user and system, of this process and of the server process that works for it."""
    backend = psutil.Process(connection.connection.info.backend_pid)
    return sum(times.user + times.system for times in (backend.cpu_times(), psutil.Process().cpu_times()))


def _time(make: Callable[[], object]) -> tuple[float, int | None]:
    """In ms, and how many papers were found; None if the database gave up."""
    started = time.perf_counter()
    try:
        size = _size(make())
    except results.TooSlow:
        size = None
    return 1_000 * (time.perf_counter() - started), size


def _size(found: results.Results | list[Paper]) -> int:
    return len(found.hits if isinstance(found, results.Results) else found)


def _recall() -> float:
    """Which part of the papers that are nearest indeed is among those that the index finds."""
    shares = []
    for vector in embedding.embedder().draw(default_rng(_SEED), _COMPARED):
        sql, params = retrieval.near(Paper.objects.all(), vector)
        with results.time_limit() as cursor:
            cursor.execute(sql, params)
            found = {key for key, _ in cursor}
            cursor.execute(
                "SET LOCAL enable_indexscan = off; SET LOCAL enable_seqscan = on; SET LOCAL statement_timeout = 0"
            )
            cursor.execute(sql, params)
            shares.append(mean(key in found for key, _ in cursor))
    return mean(shares)
