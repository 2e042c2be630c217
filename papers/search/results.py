"""Papers for a question, by words and by meaning, fused in one statement; papers like a paper.

Three retrievers rank their best: papers that have every word, papers that have any of the rare ones, papers whose
vectors are near. A paper's score is strength / (K + place) in the better of the two that look for words, plus the same
for meaning: reciprocal rank fusion (Cormack, Clarke and Buettcher 2009, doi:10.1145/1571941.1572114), weighed by how
well it fits.
"""

import hashlib
import logging
from collections.abc import Callable, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property

import numpy
from django.core.cache import caches
from django.core.exceptions import EmptyResultSet
from django.db import OperationalError, connection, transaction
from django.db.models import Q

from lib.refusals import Busy
from lib.statements import is_out_of_time
from papers.models import Embedding
from papers.search import embedding, lexicon, retrieval
from papers.search.embedding import Unavailable, embedder
from papers.search.syntax import Terms

RETRIEVERS = {"": ("every", "any", "near"), "words": ("every", "any"), "meaning": ("near",)}
TIMEOUT_MS = 1_000
PATIENCE = 2.0  # seconds that a reader waits for a service to make a question's vector
PAUSE_SECONDS = 30  # without meaning, after it was not to be had

logger = logging.getLogger(__name__)


class TooSlow(Busy):
    """The database gave up on a search."""


@dataclass(frozen=True)
class Hit:
    """A paper, its score, and the names of the retrievers that found it."""

    pk: int
    score: float
    retrievers: frozenset[str]


@dataclass(frozen=True)
class Results:
    """What was found.

    * `hits`: the papers, best first.
    * `is_walked`: only the first papers were looked through for every word, whose tsquery is `every`.
    * `marked`, `prefix`: the folded words to be marked, and the beginning of a word. `named`: their tsquery for names.
    * `mended`: words with a typing error, and the words they were read as.
    * `lacks_meaning`: meaning was to be compared and could not be.
    """

    hits: tuple[Hit, ...]
    is_walked: bool = False
    every: str = ""
    marked: frozenset[str] = frozenset()
    prefix: str = ""
    named: str = ""
    mended: dict[str, str] = field(default_factory=dict)
    lacks_meaning: bool = False

    @cached_property
    def _matches(self) -> dict[int, frozenset[str]]:
        return {hit.pk: hit.retrievers for hit in self.hits}

    def matched_by(self, pk: int) -> frozenset[str]:
        """What is shown and is no hit has every word: another order than relevance goes on after the hits."""
        return self._matches.get(pk, frozenset({"every"}))

    @property
    def exact(self) -> int:
        """How many hits have every word."""
        return sum("every" in hit.retrievers for hit in self.hits)

    @property
    def others(self) -> int:
        return len(self.hits) - self.exact

    @property
    def is_cut(self) -> bool:
        """Whether there may be more with every word than the hits tell."""
        return self.is_walked or self.exact == retrieval.EVERY_POOL

    def worth_ordering(self, papers):
        """What another order than relevance shows: of these papers all that have every word, or else the best hits."""
        if self.exact or self.is_walked:
            return papers.filter(entry__words=retrieval.tsquery(self.every))
        return papers.filter(pk__in=[hit.pk for hit in self.hits[: retrieval.POOL]])


def find(papers, terms: Terms, *, by: str = "", first: Sequence[str] = ("vote_count", "listed_at", "id")) -> Results:
    """The best of these papers for the terms. Raises TooSlow.

    `by` is "words", "meaning" or "" for both. Where more papers have every word than are ranked, the first by these
    columns, all descending, are.
    """
    return _kept(papers, (terms, by, first), lambda: _find(papers, terms, by, first))


def having(papers, terms: Terms):
    """The papers that have every term, as they were meant to be spelled; none if no paper knows the words."""
    with bounded():
        words = lexicon.read(terms)
    if not words.every:
        return papers.none()
    asked = [retrieval.tsquery(query) for query in (words.every, words.phrases) if query]
    return papers.filter(*(Q(entry__words=query) for query in asked))


def without(papers, terms: Terms):
    """The papers that have none of the unwanted terms."""
    if not terms.none:
        return papers
    with bounded():
        return papers.filter(~Q(entry__words=retrieval.tsquery(lexicon.read(terms).none)))


def like(paper, papers) -> Results:
    """Those of the papers that are nearest to this one in meaning; none if it has no vector yet. Raises TooSlow."""
    return _kept(papers, paper.pk, lambda: _like(paper, papers))


def _kept(papers, asked, make: Callable[[], Results]) -> Results:
    """What was found for a minute, if it was looked for among all papers."""
    if papers.query.where:
        return make()
    return caches["searches"].get_or_set(_key(asked), make)


def _key(*values) -> str:
    return hashlib.blake2b(repr(values).encode(), digest_size=16).hexdigest()


def has_meaning() -> bool:
    """Whether this site can compare papers by meaning at all."""
    return embedder() is not None and caches["searches"].get_or_set(
        "has_vectors", Embedding.objects.is_ready, timeout=None
    )


def _like(paper, papers) -> Results:
    with bounded() as cursor, suppress(EmptyResultSet):  # there are no papers to look through
        vector = Embedding.objects.filter(paper=paper, model=embedding.name()).values_list("vector", flat=True).first()
        if vector is not None and has_meaning():
            return Results(_hits(cursor, {"near": retrieval.near(papers.exclude(pk=paper.pk), vector)}))
    return Results(())


def _find(papers, terms: Terms, by: str, first: Sequence[str]) -> Results:
    with bounded():
        words = lexicon.read(terms)
    vector = _vector(terms.spelled(words.mended).plain) if "near" in RETRIEVERS[by] else None
    names = RETRIEVERS[by] if vector is not None else RETRIEVERS["words"]
    if words.phrases:
        papers = papers.filter(entry__words=retrieval.tsquery(words.phrases))
    hits = ()
    with bounded() as cursor, suppress(EmptyResultSet):  # there are no papers to look through
        asked = {
            "every": words.every and retrieval.every(papers, words, first),
            "any": words.every and words.weights and retrieval.any_rare(papers, words),
            "near": retrieval.near(papers, vector) if vector is not None else None,
        }
        hits = _hits(cursor, {name: asked[name] for name in names if asked[name]})
    is_walked = "every" in names and retrieval.is_walked(papers, words) and words.corpus > retrieval.WALK
    lacks_meaning = "near" in RETRIEVERS[by] and vector is None
    return Results(hits, is_walked, words.every, words.marked, words.prefix, words.named, words.mended, lacks_meaning)


def _hits(cursor, asked: dict) -> tuple[Hit, ...]:
    return tuple(Hit(pk, score, frozenset(found)) for pk, score, found in retrieval.fuse(cursor, asked))


@contextmanager
def bounded():
    """A transaction whose statements end in time, whose vector index reads on until the filters leave enough.

    It only reads, and is rolled back, so that a longer transaction around it goes on with its own settings.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_BOUNDS, [str(TIMEOUT_MS), str(retrieval.POOL)])
            yield cursor
            transaction.set_rollback(True)
    except OperationalError as error:
        if not is_out_of_time(error):
            raise
        logger.exception("A search took more than %d ms.", TIMEOUT_MS)
        raise TooSlow("This search takes too long. Rarer words or fewer filters make it easier.") from error


_BOUNDS = """
    SELECT
        set_config('statement_timeout', %s, true),
        set_config('transaction_read_only', 'on', true),
        set_config('enable_seqscan', 'off', true),
        set_config('jit', 'off', true),  -- compiling takes longer than what it compiles
        set_config('max_parallel_workers_per_gather', '0', true),  -- the other cores serve other readers
        set_config('work_mem', '64MB', true),  -- or a prefix of many words is looked up by halves
        set_config('hnsw.ef_search', %s, true),
        set_config('hnsw.iterative_scan', 'relaxed_order', true),
        set_config('pg_trgm.similarity_threshold', '0.2', true)
"""


def _vector(text: str) -> numpy.ndarray | None:
    """The vector of a question; None if it has no words, or if this site cannot make or compare vectors.

    Where making one failed, the operator finds why in the log, and nobody tries again for PAUSE_SECONDS.
    """
    cache = caches["searches"]
    if not (text and has_meaning()) or cache.get("no_vectors"):
        return None
    try:
        return cache.get_or_set(_key(embedding.name(), text), lambda: _embedded(text), timeout=None)
    except Unavailable:
        logger.exception("A search has to do without meaning, and so will others for %d s.", PAUSE_SECONDS)
        cache.set("no_vectors", True, timeout=PAUSE_SECONDS)
        return None


def _embedded(text: str) -> numpy.ndarray:
    return embedder().embed([text], PATIENCE)[0]
