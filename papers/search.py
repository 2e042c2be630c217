"""Papers for a question, by words and by meaning, fused in one statement.

Three legs rank their best: papers that have every word, papers that have any of the rare ones, papers whose vectors
are near. A paper's score is the sum of strength / (K + place) over the legs that have it: reciprocal rank fusion
(Cormack, Clarke and Buettcher 2009, doi:10.1145/1571941.1572114), weighed by how well each leg says the paper fits.
docs/search.md tells what was tried.
"""

import hashlib
import logging
from collections.abc import Callable, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache

import numpy
from django.contrib.postgres.search import SearchQuery
from django.core.cache import caches
from django.core.exceptions import EmptyResultSet
from django.db import OperationalError, connection, transaction
from django.db.models import Q
from pgvector import HalfVector
from pgvector.django import CosineDistance
from psycopg.errors import QueryCanceled

from lib.http import BadInput
from papers import embedding, wording
from papers.embedding import Unavailable, embedder
from papers.models import Embedding
from papers.query import Terms

K = 60
LEGS = {"": ("every", "any", "near"), "words": ("every", "any"), "meaning": ("near",)}
EVERY_POOL = 300  # of all papers with every word, the first in the order that was asked for
POOL = 100  # of any other leg
FARTHEST = 0.25  # cosine below which a paper has nothing to do with a question, as all are for random letters
TIMEOUT_MS = 1_000

logger = logging.getLogger(__name__)


class TooSlow(BadInput):
    """The database gave up on a search."""

    status = 503


@dataclass(frozen=True)
class Hit:
    """A paper, its score, and the legs that have it."""

    pk: int
    score: float
    legs: frozenset[str]


@dataclass(frozen=True)
class Found:
    """Hits, best first; the tsquery of every word; what is to be marked; words that were read as others."""

    hits: tuple[Hit, ...]
    every: str = ""
    marked: frozenset[str] = frozenset()
    prefix: str = ""
    mended: dict[str, str] = field(default_factory=dict)
    lacks_meaning: bool = False

    @cached_property
    def legs(self) -> dict[int, frozenset[str]]:
        return {hit.pk: hit.legs for hit in self.hits}

    def mend(self, text: str) -> str:
        """The text, with its typing errors mended."""
        return wording.mend(text, self.mended)

    @property
    def exact(self) -> int:
        """How many hits have every word: EVERY_POOL means that many or more."""
        return sum("every" in hit.legs for hit in self.hits)

    @property
    def others(self) -> int:
        return len(self.hits) - self.exact

    @property
    def is_cut(self) -> bool:
        return self.exact == EVERY_POOL

    def worth_ordering(self, papers):
        """What another order than relevance shows: of these papers all that have every word, or else the best hits."""
        if self.exact:
            return papers.filter(entry__words=_tsquery(self.every))
        return papers.filter(pk__in=[hit.pk for hit in self.hits[:POOL]])


def find(papers, terms: Terms, *, by: str = "", first: Sequence[str] = ("vote_count", "listed_at", "id")) -> Found:
    """The best of these papers for the terms. Raises TooSlow.

    `by` is "words", "meaning" or "" for both. Where more than EVERY_POOL papers have every word, the first by these
    columns, all descending, are ranked.
    """
    return _kept(papers, (terms, by, first), lambda: _find(papers, terms, by, first))


def without(papers, terms: Terms):
    """The papers that have none of the unwanted terms."""
    if not terms.none:
        return papers
    with bounded():
        return papers.filter(~Q(entry__words=_tsquery(wording.read(terms).none)))


def like(paper, papers) -> Found:
    """Those of the papers that are nearest to this one in meaning; none if it has no vector yet. Raises TooSlow."""
    return _kept(papers, paper.pk, lambda: _like(paper, papers))


def _kept(papers, asked, make: Callable[[], Found]) -> Found:
    """What was found for a minute, if it was looked for among all papers."""
    if papers.query.where:
        return make()
    key = hashlib.blake2b(repr(asked).encode(), digest_size=16).hexdigest()
    return caches["searches"].get_or_set(key, make)


def has_meaning() -> bool:
    """Whether this site can compare papers by meaning at all."""
    return embedder() is not None and _has_vectors()


def _like(paper, papers) -> Found:
    with bounded() as cursor:
        vector = Embedding.objects.filter(paper=paper, model=embedding.name()).values_list("vector", flat=True).first()
        if vector is None or not has_meaning():
            return Found(())
        return Found(_fuse(cursor, {"near": _near(papers.exclude(pk=paper.pk), vector)}))


def _find(papers, terms: Terms, by: str, first: Sequence[str]) -> Found:
    with bounded() as cursor:
        words = wording.read(terms)
        if words.phrases:
            papers = papers.filter(entry__words=_tsquery(words.phrases))
        vector = _vector(wording.mend(terms.plain, words.mended)) if "near" in LEGS[by] else None
        hits = ()
        with suppress(EmptyResultSet):  # there are no papers to look through
            legs = {
                "every": _every(papers, words, first) if words.every else None,
                "any": _any(papers, words) if words.weights else None,
                "near": _near(papers, vector) if vector is not None else None,
            }
            hits = _fuse(cursor, {name: legs[name] for name in LEGS[by] if legs[name]})
    lacks_meaning = "near" in LEGS[by] and vector is None
    return Found(hits, words.every, words.marked, words.prefix, words.mended, lacks_meaning)


@contextmanager
def bounded():
    """A transaction whose statements end in time, whose vector index reads on until the filters leave enough."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_BOUNDS, [str(TIMEOUT_MS), str(POOL)])
            yield cursor
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        logger.exception("A search took more than %d ms.", TIMEOUT_MS)
        raise TooSlow("This search takes too long. Rarer words or fewer filters make it easier.") from error


_BOUNDS = """
    SELECT
        set_config('statement_timeout', %s, true),
        set_config('enable_seqscan', 'off', true),
        set_config('hnsw.ef_search', %s, true),
        set_config('hnsw.iterative_scan', 'relaxed_order', true),
        set_config('pg_trgm.similarity_threshold', '0.2', true)
"""


def _vector(text: str) -> numpy.ndarray | None:
    """None, and a line for the operator, if there is none to be had."""
    if not (text and has_meaning()):
        return None
    try:
        return _embedded(text)
    except Unavailable:
        logger.exception("A search has to do without meaning.")
        return None


@lru_cache(maxsize=1_000)
def _embedded(text: str) -> numpy.ndarray:
    return embedder().embed([text])[0]


@cache
def _has_vectors() -> bool:
    return Embedding.objects.is_ready()


def _tsquery(text: str) -> SearchQuery:
    return SearchQuery(text, config="simple", search_type="raw")


# Each leg is a statement of (pk, relevance) and its parameters.


def _every(papers, words: wording.Wording, first: Sequence[str]):
    pool = papers.filter(entry__words=_tsquery(words.every)).order_by(*(f"-{column}" for column in first))
    return _by_words(words, *pool.values_list("pk")[:EVERY_POOL].query.sql_with_params())


def _any(papers, words: wording.Wording):
    """Of the papers with any of the rare words those with the weightiest."""
    lexemes, weights = _lexemes(words)
    among, more = ("", ())
    if papers.query.where:
        sql, more = papers.values("pk").query.sql_with_params()
        among = f"AND paper_id IN ({sql})"
    return _by_words(words, _RARE.format(among=among), [lexemes[: words.rare], weights[: words.rare], *more])


_RARE = f"""
    SELECT paper_id FROM papers_searchentry
    JOIN unnest(%s::tsquery[], %s::float8[]) AS rare(lexeme, weight) ON words @@ lexeme {{among}}
    GROUP BY paper_id ORDER BY sum(weight) DESC, paper_id DESC LIMIT {POOL}
"""  # noqa: S608 (POOL is a constant)


def _by_words(words: wording.Wording, pool: str, params: Sequence):
    """The papers of the pool by how well they fit all words: from 0 to 1, and more where those are a title or a name.

    A word counts its weight times r / (r + 0.2 · (¼ + ¾ · length)): the shape of BM25, with r the word's own `ts_rank`
    (which grows with title, abstract and repetition) and the entry's length in lexemes against the usual 150.
    """
    lexemes, weights = _lexemes(words)
    return _BY_WORDS.format(pool=pool), [sum(weights), lexemes, weights, words.opening, words.together, *params]


def _lexemes(words: wording.Wording) -> tuple[list[str], list[float]]:
    return [wording.quote(lexeme) for lexeme in words.weights], list(words.weights.values())


# An empty vector is added since a value out of line would be fetched again for every word.
_BY_WORDS = """
    SELECT paper_id, coalesce((
        SELECT sum(weight * r / (r + 0.2 * (0.25 + 0.75 * length(fetched) / 150.0))) / nullif(%s, 0)
        FROM unnest(%s::tsquery[], %s::float8[]) AS wanted(lexeme, weight),
            ts_rank('{{0, 0.3, 0.4, 1}}', fetched, lexeme) r
    ), 0) + CASE
        WHEN title ~* %s THEN 1 + log(1 + vote_count) / 10
        WHEN fetched @@ %s::tsquery THEN 0.5
        ELSE 0
    END
    FROM (
        SELECT paper_id, words || ''::tsvector AS fetched, title, vote_count
        FROM ({pool}) pool(paper_id)
        JOIN papers_searchentry USING (paper_id) JOIN papers_paper ON papers_paper.id = paper_id
        OFFSET 0
    ) entry
"""


def _near(papers, vector: numpy.ndarray):
    """By the cosine, from −1 to 1."""
    distance = CosineDistance("embedding__vector", HalfVector(vector))
    pool = papers.filter(embedding__model=embedding.name()).order_by(distance)
    return pool.values_list("pk", 1 - distance)[:POOL].query.sql_with_params()


def _fuse(cursor, legs: dict) -> tuple[Hit, ...]:
    if not legs:
        return ()
    places = " UNION ALL ".join(_PLACES.format(leg=leg, sql=sql) for leg, (sql, _) in legs.items())
    cursor.execute(_FUSE.format(places=places), [param for _, params in legs.values() for param in params])
    return tuple(Hit(pk, score, frozenset(found)) for pk, score, found in cursor)


_PLACES = """
    SELECT pk, '{leg}' AS leg, relevance, row_number() OVER (ORDER BY relevance DESC, pk DESC) AS place
    FROM ({sql}) AS {leg}_leg(pk, relevance)
"""
# What has every word is no longer asked for some of them, and where there is plenty of it, nothing is.
_FUSE = f"""
    WITH places AS MATERIALIZED ({{places}}), strengths AS (
        SELECT
            pk, leg, place,
            CASE leg WHEN 'every' THEN 2 * relevance WHEN 'any' THEN relevance ELSE relevance ^ 2 END AS strength
        FROM places
        WHERE CASE leg
            WHEN 'every' THEN true
            WHEN 'any' THEN (SELECT count(*) FROM places WHERE leg = 'every') < {EVERY_POOL}
            ELSE relevance > {FARTHEST}
        END
    )
    SELECT
        pk,
        coalesce(max(strength / ({K} + place)) FILTER (WHERE leg <> 'near'), 0)
        + coalesce(max(strength / ({K} + place)) FILTER (WHERE leg = 'near'), 0) AS score,
        array_agg(leg)
    FROM strengths GROUP BY pk ORDER BY score DESC, pk DESC
"""  # noqa: S608 (all parts are constants)
