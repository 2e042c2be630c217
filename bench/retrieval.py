"""How well search finds: real papers whose right answers nobody had to judge, or somebody wrote down beforehand.

    .venv/bin/python bench/retrieval.py [--data FOLDER] [--titles N]

Each set is searched by words, by meaning and fused, as if typed into the box (`papers.search.find`). Printed are MRR@10
(the mean of 1 / rank of the right paper, 0 beyond the tenth) and recall@10 (how often it is among the ten).

- title hidden: N titles, drawn by a fixed seed; entries, vectors and counts made from abstracts and authors alone.
- plain, distant: the questions of queries.json, written without a look at any ranking. Plain ones say what a paper is
  about as one would type it, distant ones with hardly a word of it.
- typos: 300 titles with a letter swapped, dropped, doubled or wrong in every third word of five letters or more.

Then how like similar papers are (likeness.py). The first run makes the vectors, twice a quarter of an hour; they are
kept in var/bench/vectors. Exits with 0 if all limits hold, 1 if one is missed, 2 without data.
"""

import argparse
import sys
from pathlib import Path
from statistics import mean

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench import state  # noqa: E402
from bench.report import Limit, table, verdict  # noqa: E402

_KINDS = {"words": "words", "meaning": "meaning", "fused": ""}
_RANKS = 10

type Quality = dict[str, tuple[float, float]]  # MRR and recall of each kind of search


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--titles", type=int, default=2_000, metavar="N", help="of the set with hidden titles")
    options = state.read_options(parser)
    state.set_up("papers")
    from bench import database, index, likeness, questions

    print(state.machine())
    database.fill(options.files)
    sets = questions.sets(options.titles)
    with index.without_titles():
        quality = {questions.HIDDEN: _measure(sets[questions.HIDDEN])}
    quality |= {name: _measure(pairs) for name, pairs in sets.items() if name not in quality}
    print(_table(sets, quality))
    print(likeness.report())
    return verdict(
        [
            Limit("title hidden, fused MRR", quality[questions.HIDDEN]["fused"][0], 0.88, at_least=True),
            Limit("title hidden, fused recall", quality[questions.HIDDEN]["fused"][1], 0.95, at_least=True),
            Limit("plain, fused MRR", quality["plain"]["fused"][0], 0.60, at_least=True),
            *(limit for name in sets for limit in _fused_is_best(name, quality[name])),
        ]
    )


def _measure(pairs) -> Quality:
    return {kind: _score(pairs, by) for kind, by in _KINDS.items()}


def _score(pairs, by: str) -> tuple[float, float]:
    ranks = [_rank(text, by, pk) for text, pk in pairs]
    return mean(1 / rank if rank else 0 for rank in ranks), mean(rank > 0 for rank in ranks)


def _rank(text: str, by: str, pk: int) -> int:
    """Returns the rank of the paper among the first results, from 1, or 0 if it is not among them."""
    from papers.models import Paper
    from papers.search import results, syntax

    terms = syntax.terms(syntax.parse(text).words)
    papers = results.without(Paper.objects.all(), terms)
    first = [hit.pk for hit in results.find(papers, terms, by=by).hits[:_RANKS]]
    return first.index(pk) + 1 if pk in first else 0


def _table(sets, quality: dict[str, Quality]) -> str:
    rows = [
        (name, len(pairs), *(figure for kind in quality[name].values() for figure in kind))
        for name, pairs in sets.items()
    ]
    headings = [f"{kind} {figure}" for kind in _KINDS for figure in ("MRR", "recall")]
    return table(["set", "questions", *headings], rows)


def _fused_is_best(name: str, quality: Quality) -> list[Limit]:
    return [
        Limit(f"{name}, fused {figure} and the better single one", fused, max(single), at_least=True)
        for figure, *single, fused in zip(("MRR", "recall"), *quality.values(), strict=True)
    ]


if __name__ == "__main__":
    sys.exit(main())
