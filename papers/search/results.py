"""Searches papers by words and by meaning, fused in one statement, and finds papers similar to one.

Three retrievers rank their best: papers that have every word, papers that have any of the rare ones, papers whose
vectors are near. A paper's score is strength / (K + rank) in the better of the two that search by words, plus the
same for meaning: reciprocal rank fusion (Cormack, Clarke and Buettcher 2009, doi:10.1145/1571941.1572114), weighted by
relevance.
"""

import hashlib
import logging
from collections.abc import Callable, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

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
VECTOR_TIMEOUT = 2.0  # seconds that a reader waits for an embedding service
PAUSE_SECONDS = 30  # without vectors, after one could not be made

logger = logging.getLogger(__name__)


class TooSlow(Busy):
    """A search was cancelled after TIMEOUT_MS."""


class Hit(NamedTuple):
    """A paper, its score, and the names of the retrievers that found it. No data class, since some hundred are made."""

    pk: int
    score: float
    retrievers: frozenset[str]


@dataclass(frozen=True)
class Results:
    """The results of a search.

    * `hits`: the papers, best first.
    * `analysis`: what the index says about the words; None for papers similar to one.
    * `is_scan`: only the first papers of the order were searched for every word.
    * `lacks_vector`: the search by meaning was left out because no vector could be made.
    """

    hits: tuple[Hit, ...]
    analysis: lexicon.Analysis | None = None
    is_scan: bool = False
    lacks_vector: bool = False

    @cached_property
    def _matches(self) -> dict[int, frozenset[str]]:
        return {hit.pk: hit.retrievers for hit in self.hits}

    def matched_by(self, pk: int) -> frozenset[str]:
        """The retrievers that found the paper. A shown paper that is no hit has every word: see `sortable`."""
        return self._matches.get(pk, frozenset({"every"}))

    @cached_property
    def exact_count(self) -> int:
        """How many hits have every word."""
        return sum("every" in hit.retrievers for hit in self.hits)

    @property
    def inexact_count(self) -> int:
        return len(self.hits) - self.exact_count

    @property
    def has_more(self) -> bool:
        """Whether more papers than the hits may have every word."""
        return self.is_scan or self.exact_count == retrieval.EVERY_LIMIT

    def summary(self, by: str) -> str:
        """How many papers were found by this kind of search, in words."""
        exact, rest = self.exact_count, self.inexact_count
        if by == "meaning":
            return f"{rest} {'paper is' if rest == 1 else 'papers are'} close in meaning"
        if exact:
            found = (
                f"{exact}{'+' if self.has_more else ''} {'paper matches' if exact == 1 else 'papers match'} every word"
            )
        else:
            found = "None of the first papers matches every word" if self.is_scan else "No papers match every word"
        some = "matches some words or is" if rest == 1 else "match some words or are"
        return f"{found}; {rest} {some} close in meaning" if rest and not self.has_more else found

    def sortable(self, papers):
        """Those of these papers that another order than relevance shows: all with every word, or else the best hits."""
        if self.exact_count or self.is_scan:
            return papers.filter(entry__words=retrieval.tsquery(self.analysis.every_query))
        return papers.filter(pk__in=[hit.pk for hit in self.hits[: retrieval.POOL_LIMIT]])


def search(papers, terms: Terms, *, by: str = "", first: Sequence[str] = ("vote_count", "listed_at", "id")) -> Results:
    """The best of these papers for the terms. Raises TooSlow.

    `by` is "words", "meaning" or "" for both. Where more than EVERY_LIMIT papers have every word, the first by these
    columns, all descending, are ranked.
    """
    return _cached(papers, (terms, by, first), lambda: _search(papers, terms, by, first))


def matching(papers, terms: Terms):
    """The papers that have every wanted term, with corrected spelling; none if there is nothing to match."""
    with time_limit():
        analysis = lexicon.analyse(terms)
    if not analysis.every_query:
        return papers.none()
    queries = filter(None, [analysis.every_query, analysis.phrase_query])
    return papers.filter(*(Q(entry__words=retrieval.tsquery(query)) for query in queries))


def excluding(papers, terms: Terms):
    """The papers that have none of the unwanted terms."""
    if not terms.none:
        return papers
    with time_limit():
        return papers.filter(~Q(entry__words=retrieval.tsquery(lexicon.analyse(terms).excluded_query)))


def similar(paper, papers) -> Results:
    """Those of the papers that are nearest to this one in meaning; none if it has no vector yet. Raises TooSlow."""
    return _cached(papers, paper.pk, lambda: _similar(paper, papers))


def _cached(papers, key_data, make: Callable[[], Results]) -> Results:
    """The results from the cache, where a search of all papers stays for a minute. Other searches are made anew."""
    if papers.query.where:
        return make()
    return caches["searches"].get_or_set(_key(key_data), make)


def _key(*values) -> str:
    return hashlib.blake2b(repr(values).encode(), digest_size=16).hexdigest()


def supports_meaning() -> bool:
    """Whether this site can search by meaning: it has a model, and its database has pgvector."""
    return embedder() is not None and caches["searches"].get_or_set(
        "has_vectors", Embedding.objects.is_ready, timeout=None
    )


def _similar(paper, papers) -> Results:
    with time_limit() as cursor, suppress(EmptyResultSet):  # Django knows that no paper can match
        vectors = Embedding.objects.filter(paper=paper, model=embedding.model_name()).values_list("vector", flat=True)
        vector = vectors.first()
        if vector is not None and supports_meaning():
            keys = papers.keys_of_few(retrieval.SCAN_LIMIT) if papers.query.where else None
            others = keys and [pk for pk in keys if pk != paper.pk]
            return Results(_hits(cursor, {"near": retrieval.near(papers.exclude(pk=paper.pk), vector, others)}))
    return Results(())


def _search(papers, terms: Terms, by: str, first: Sequence[str]) -> Results:
    hits, keys = (), None
    with time_limit():
        analysis = lexicon.analyse(terms)
    # An embedding service may take its time, for which no transaction should stay open.
    vector = _vector(terms.corrected(analysis.corrections).plain) if "near" in RETRIEVERS[by] else None
    names = RETRIEVERS[by] if vector is not None else RETRIEVERS["words"]
    with time_limit() as cursor, suppress(EmptyResultSet):  # Django knows that no paper can match
        quoting = papers
        if analysis.phrase_query:
            quoting = papers.filter(entry__words=retrieval.tsquery(analysis.phrase_query))
        keys = quoting.keys_of_few(retrieval.SCAN_LIMIT) if papers.query.where else None
        retrievers = {
            "every": analysis.every_query and retrieval.every(papers, analysis, first, keys),
            "any": analysis.every_query and analysis.weights and retrieval.any_rare(quoting, analysis, keys),
            "near": retrieval.near(quoting, vector, keys) if vector is not None else None,
        }
        hits = _hits(cursor, {name: retrievers[name] for name in names if retrievers[name]})
    is_scan = "every" in names and retrieval.is_scan(analysis, keys) and analysis.paper_count > retrieval.SCAN_LIMIT
    return Results(hits, analysis, is_scan, lacks_vector="near" in RETRIEVERS[by] and vector is None)


def _hits(cursor, retrievers: dict) -> tuple[Hit, ...]:
    return tuple(Hit(pk, score, frozenset(names)) for pk, score, names in retrieval.fuse(cursor, retrievers))


@contextmanager
def time_limit():
    """A transaction with settings for searches, each of whose statements is cancelled after TIMEOUT_MS.

    It only reads. Within another transaction it is rolled back, so that this keeps its own settings; otherwise it is
    committed, since a rollback makes the connection forget its prepared statements. Raises TooSlow.
    """
    is_nested = connection.in_atomic_block
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_SETTINGS, [str(TIMEOUT_MS), str(retrieval.POOL_LIMIT)])
            yield cursor
            transaction.set_rollback(is_nested)
    except OperationalError as error:
        if not is_out_of_time(error):
            raise
        logger.exception("A search took more than %d ms.", TIMEOUT_MS)
        raise TooSlow("This search takes too long. Use rarer words or fewer filters.") from error


_SETTINGS = """
    SELECT
        set_config('statement_timeout', %s, true),
        set_config('transaction_read_only', 'on', true),
        set_config('enable_seqscan', 'off', true),
        set_config('random_page_cost', '1.1', true),  -- what is read often is in memory
        set_config('max_parallel_workers_per_gather', '0', true),  -- the other cores serve other readers
        set_config('work_mem', '64MB', true),  -- less makes the lookup of a frequent prefix lossy
        set_config('hnsw.ef_search', %s, true),
        set_config('pg_trgm.similarity_threshold', '0.2', true),
        set_config('pg_trgm.word_similarity_threshold', '0.4', true)  -- as "opne" and "openai" have
"""


def _vector(text: str) -> numpy.ndarray | None:
    """The vector of a text, or None if it is empty, or if this site cannot make or compare vectors.

    Where making one failed, the log says why, and none is made for PAUSE_SECONDS.
    """
    cache = caches["searches"]
    if not (text and supports_meaning()) or cache.get("no_vectors"):
        return None
    try:
        return cache.get_or_set(_key(embedding.model_name(), text), lambda: _embedded(text), timeout=None)
    except Unavailable:
        logger.exception("Searches leave out meaning for %d s.", PAUSE_SECONDS)
        cache.set("no_vectors", True, timeout=PAUSE_SECONDS)
        return None


def _embedded(text: str) -> numpy.ndarray:
    return embedder().embed([text], VECTOR_TIMEOUT)[0]
