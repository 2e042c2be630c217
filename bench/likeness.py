"""How like similar papers are, judged by nobody's opinion: papers that share keywords should be similar ones.

The Hub has keywords for most papers, which a language model chose. They are in no text that is searched and in no
vector, only in the topics of an entry, which `papers.search.results.similar` does not read.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from math import comb
from statistics import mean

from bench.report import table
from lib.words import fold
from papers.models import Paper
from papers.search import results

_SHARED = 3  # keywords that make partners of two papers
_FIRST = 8  # similar papers on a paper's page
_PAPERS = 500
_SEED = 3


def report() -> str:
    """How many of the first similar papers are partners; what is beyond reach, and what chance would do."""
    papers = Paper.objects.in_bulk()
    partners = _partners(papers.values())
    drawn = random.Random(_SEED).sample(sorted(partners), _PAPERS)
    hits = [len(partners[pk] & {hit.pk for hit in _similar(papers[pk])}) for pk in drawn]
    numbers = [len(partners[pk]) for pk in drawn]
    others = len(papers) - 1
    none = mean(comb(others - number, _FIRST) / comb(others, _FIRST) for number in numbers)
    rows = [
        ("similar papers", mean(hits) / _FIRST, mean(map(bool, hits))),
        ("chance", mean(numbers) / others, 1 - none),
        ("keywords alone", mean(min(number, _FIRST) for number in numbers) / _FIRST, 1.0),
    ]
    title = f"{_PAPERS} of {len(partners):,} papers that share {_SHARED} keywords with another"
    return table([title, f"such among {_FIRST}", "one at least"], rows)


def _similar(paper: Paper) -> Iterable[results.Hit]:
    return results.similar(paper, Paper.objects.all()).hits[:_FIRST]


def _partners(papers: Iterable[Paper]) -> dict[int, set[int]]:
    """The papers that share enough keywords with a paper, by its key; for those alone that have some."""
    having, partners = defaultdict(list), {}
    for paper in papers:
        for keyword in set(map(fold, paper.keywords)):
            having[keyword].append(paper.pk)
    for paper in papers:
        shared = Counter(pk for keyword in set(map(fold, paper.keywords)) for pk in having[keyword])
        del shared[paper.pk]
        if near := {pk for pk, count in shared.items() if count >= _SHARED}:
            partners[paper.pk] = near
    return partners
