"""A database of any size, filled without a model: papers of random words, and vectors around random centres.

Words of titles, abstracts, names and keywords are as common as in the real papers, and drawn one by one. So even the
rarest word stands in more than a hundred of a million papers, which makes the index harder to search than a real
one.
"""

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import batched, chain
from pathlib import Path
from zlib import crc32

import numpy
from numpy.random import Generator, default_rng

from lib.words import bare
from papers.models import Paper

LAST_DAY = datetime(2025, 10, 1, tzinfo=UTC)
_DAYS = 900
_CENTRES, _NOISE = 2_000, 1.0  # two papers around one centre have a cosine of 1 / (1 + noise²)


class Model:
    """In place of the bundled model: every text means a place near one of the centres, always the same."""

    model, revision, dimensions = "synthetic", "1", 384

    def __init__(self) -> None:
        self._centres = _unit(default_rng(0).standard_normal((_CENTRES, self.dimensions)))

    def draw(self, random: Generator, number: int) -> numpy.ndarray:
        """So many vectors, one a row."""
        noise = random.standard_normal((number, self.dimensions)) * (_NOISE / self.dimensions**0.5)
        return _unit(self._centres[random.integers(_CENTRES, size=number)] + noise)

    def embed(self, texts: Sequence[str], timeout: float = 0) -> list[numpy.ndarray]:
        return [self.draw(default_rng(crc32(text.encode())), 1)[0] for text in texts]


def _unit(vectors: numpy.ndarray) -> numpy.ndarray:
    return (vectors / numpy.linalg.norm(vectors, axis=1, keepdims=True)).astype(numpy.float32)


class _Urn:
    """Strings, each as likely to be drawn as it is common."""

    def __init__(self, strings: Iterable[str]) -> None:
        counts = Counter(strings)
        self._strings = numpy.array(list(counts), dtype=object)
        self._bounds = numpy.cumsum(list(counts.values()))

    def draw(self, random: Generator, lengths: numpy.ndarray) -> Iterator[list[str]]:
        """As many as each length says."""
        drawn = random.integers(self._bounds[-1], size=lengths.sum())
        strings = self._strings[numpy.searchsorted(self._bounds, drawn, side="right")]
        return (part.tolist() for part in numpy.split(strings, numpy.cumsum(lengths)[:-1]))


@dataclass(frozen=True)
class Urns:
    titles: _Urn
    abstracts: _Urn
    names: _Urn
    keywords: _Urn


def urns(files: Iterable[Path]) -> Urns:
    """What the records of these files have."""
    records = [row["paper"] for file in files for row in json.loads(gzip.decompress(file.read_bytes()))]
    return Urns(
        titles=_Urn(_words(record["title"] for record in records)),
        abstracts=_Urn(_words(record.get("summary") or "" for record in records)),
        names=_Urn(_words(author["name"] for record in records for author in record["authors"])),
        keywords=_Urn(keyword for record in records for keyword in record.get("ai_keywords") or ()),
    )


def _words(texts: Iterable[str]) -> Iterator[str]:
    return chain.from_iterable(bare(text).split() for text in texts)


def papers(
    urns: Urns, organisations: Sequence[int], random: Generator, keys: range, cast: Sequence[int]
) -> list[Paper]:
    """Papers with these keys, each with its authors as `names`. The nth organisation has 1 / n of the first one's.

    A third of them have code, but none of the first organisation's. One in fifty was reproduced, one in five thousand
    not by everybody. `cast` are the numbers of readers' votes; where that is odd, a reader has written one comment.
    """
    number = len(keys)
    columns = zip(
        keys,
        urns.titles.draw(random, random.poisson(10, number).clip(3, 30)),
        urns.abstracts.draw(random, random.normal(150, 40, number).clip(40, 300).astype(int)),
        urns.names.draw(random, 2 * random.poisson(4, number).clip(1, 20)),
        urns.keywords.draw(random, random.poisson(5, number).clip(1, 12)),
        (len(organisations) ** random.random(number) - 1).astype(int).tolist(),
        (5 * random.pareto(1.2, number)).clip(0, 5_000).astype(int).tolist(),
        cast,
        (random.random(number) * _DAYS).tolist(),
        strict=True,
    )
    return [
        _paper(
            key,
            title,
            abstract,
            names,
            keywords,
            organisations[place],
            votes,
            cast,
            LAST_DAY - timedelta(age),
            has_code=place > 0 and key % 3 == 0,
        )
        for key, title, abstract, names, keywords, place, votes, cast, age in columns
    ]


def _paper(key, title, abstract, names, keywords, organisation, votes, cast, day, has_code) -> Paper:
    paper = Paper(
        id=key,
        arxiv_id=f"20{key // 100_000 + 1:02}.{key % 100_000:05}",  # of at most 1,199,999 papers
        title=" ".join(title),
        abstract=" ".join(abstract),
        author_count=len(names) // 2,
        keywords=keywords,
        organisation_id=organisation,
        published_at=day,
        listed_at=day,
        imported_votes=votes,
        vote_count=votes + cast,
        imported_comments=votes // 5,
        comment_count=votes // 5 + cast % 2,
        commenter_count=cast % 2,
        works_count=int(key % 50 == 0),
        fails_count=int(key % 5_000 == 0),
        code_url=f"https://github.com/example/{key}" if has_code else "",
    )
    paper.names = [" ".join(pair) for pair in batched(names, 2)]
    return paper
