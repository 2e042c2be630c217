"""Where the time of a new search goes: its pages in Django's test client, in this process."""

import time
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from statistics import median
from unittest.mock import patch

from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches

from bench.database import stranger
from bench.report import table
from papers.lists import cards, pages
from papers.models import Paper
from papers.search import highlight, lexicon, results, retrieval

# What is timed, and the stage in which it happens.
_STAGES = {
    "words looked up": (lexicon, "analyse", "rest of the search"),
    "vector made": (results, "_embedded", "rest of the search"),
    "fused statement": (retrieval, "fuse", "rest of the search"),
    "rest of the search": (results, "_search", "rest of the list"),
    "rest of the list": (pages, "for_page", "rest of the page"),
    "marks set": (highlight.Highlighter, "highlight", "rest of the page"),
}


def report(few: Iterable[str], cold: Iterable[str], questions: Iterable[str]) -> str:
    """Medians over the pages at these addresses; for `cold`, no card is kept from one page to the next."""
    cards.render(Paper.objects.rows(AnonymousUser()))  # so that all cards are kept
    columns = [_stages(few), _stages(questions), _stages(cold, keep=False)]
    rows = [(stage, *(column[stage] for column in columns)) for stage in columns[0]]
    return table(["a new search, ms", "few words", "a question", "few, cold cards"], rows)


def _stages(addresses: Iterable[str], keep: bool = True) -> dict[str, float]:
    """Returns the median time of each stage by itself, and of all together, in ms."""
    timings, client = [], stranger()
    for address in addresses:
        if not keep:
            caches["cards"].clear()
        spent = Counter()
        with _timed(spent):
            started = time.perf_counter()
            client.get(address)
            took = time.perf_counter() - started
        spent["rest of the page"] += took
        timings.append(spent | {"all": took})
    return {
        stage: 1_000 * median(timing[stage] for timing in timings) for stage in (*_STAGES, "rest of the page", "all")
    }


def _timed(spent: Counter) -> ExitStack:
    stack = ExitStack()
    for stage, (owner, function, within) in _STAGES.items():
        timer = _timer(getattr(owner, function), spent, stage, within)
        stack.enter_context(patch.object(owner, function, timer))
    return stack


def _timer(function, spent: Counter, stage: str, within: str):
    def timed(*args, **kwargs):
        started = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            took = time.perf_counter() - started
            spent[stage] += took
            spent[within] -= took

    return timed
