"""The legs of a search and their fusion, as SQL. docs/search.md tells why they are as they are.

A leg is a statement of (pk, relevance) and its parameters.
"""

from collections.abc import Sequence

import numpy
from django.contrib.postgres.search import SearchQuery
from django.db.models.expressions import RawSQL
from pgvector import HalfVector
from pgvector.django import CosineDistance

from papers.search import embedding, lexicon

K = 60
EVERY_POOL = 300  # of all papers with every word, the first in the order that was asked for
WALK = 8_000  # papers that are looked through in that order, where every word is common
POOL = 100  # of any other leg
FARTHEST = 0.25  # cosine below which a paper has nothing to do with a question, as all are for random letters


def tsquery(text: str) -> SearchQuery:
    return SearchQuery(text, config="simple", search_type="raw")


def every(papers, words: lexicon.Wording, first: Sequence[str]):
    sql, params = _with_every(papers, words, first)
    order = ", ".join(f"{column} DESC" for column in first)
    return _by_words(words, f"SELECT id FROM ({sql}) among ORDER BY {order} LIMIT {EVERY_POOL}", params)  # noqa: S608


def _with_every(papers, words: lexicon.Wording, first: Sequence[str]):
    """The papers with every word. PostgreSQL misjudges how many those are, and would look for a few along the whole
    order; so few are looked up first, behind a fence (OFFSET 0), and many among the WALK first papers only.
    """
    if words.narrow:
        few = papers.filter(pk__in=RawSQL(_NARROWED, [words.narrow, words.every]))  # noqa: S611 (it is a constant)
        sql, params = few.values_list(*first).query.sql_with_params()
        return f"{sql} OFFSET 0", params
    if is_walked(papers, words):
        walked = papers.order_by(*(f"-{column}" for column in first)).values_list(*first)[:WALK]
        sql, params = walked.query.sql_with_params()
        return _WALKED.format(walked=sql), [*params, words.every]
    return papers.filter(entry__words=tsquery(words.every)).values_list(*first).query.sql_with_params()


def is_walked(papers, words: lexicon.Wording) -> bool:
    return bool(words.every) and not words.narrow and not papers.query.where


_NARROWED = """
    SELECT paper_id FROM (
        SELECT paper_id, words FROM papers_searchentry WHERE words @@ %s::tsquery OFFSET 0
    ) narrowed
    WHERE words @@ %s::tsquery
"""
_WALKED = """
    SELECT walked.* FROM ({walked}) walked JOIN papers_searchentry ON paper_id = walked.id WHERE words @@ %s::tsquery
"""


def any_rare(papers, words: lexicon.Wording):
    """Of the papers with any of the rare words those with the weightiest."""
    lexemes, weights = _lexemes(words)
    among, more = ("", ())
    if papers.query.where:
        sql, more = papers.values("id").query.sql_with_params()
        among = f"WHERE EXISTS (SELECT FROM ({sql}) filtered WHERE filtered.id = paper_id OFFSET 0)"
    return _by_words(
        words, _RARE.format(among=among, plenty=EVERY_POOL), [lexemes[: words.rare], weights[: words.rare], *more]
    )


_RARE = f"""
    SELECT paper_id FROM (
        SELECT paper_id, weight FROM papers_searchentry
        JOIN unnest(%s::tsquery[], %s::float8[]) AS rare(lexeme, weight) ON words @@ lexeme
        WHERE (SELECT count(*) FROM every) < {{plenty}}  -- or there is plenty, and this is not even begun
        LIMIT {2 * lexicon.POSTINGS}  -- which is a fence, too, and more than there are since the last count
    ) having_one {{among}}
    GROUP BY paper_id ORDER BY sum(weight) DESC, paper_id DESC LIMIT {POOL}
"""  # noqa: S608 (POOL is a constant)


def _by_words(words: lexicon.Wording, pool: str, params: Sequence):
    """The papers of the pool by how well they fit all words: from 0 to 1, and more where those are a title or a name.

    A word counts its weight times r / (r + 0.2 · (¼ + ¾ · length)): the shape of BM25, with r the word's own `ts_rank`
    (which grows with title, abstract and repetition) and the entry's length in lexemes against the usual 150.
    """
    lexemes, weights = _lexemes(words)
    return _BY_WORDS.format(pool=pool), [sum(weights), lexemes, weights, words.opening, words.together, *params]


def _lexemes(words: lexicon.Wording) -> tuple[list[str], list[float]]:
    return [lexicon.quote(lexeme) for lexeme in words.weights], list(words.weights.values())


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


def near(papers, vector: numpy.ndarray):
    """By the cosine, from −1 to 1."""
    distance = CosineDistance("embedding__vector", HalfVector(vector))
    pool = papers.filter(embedding__model=embedding.name()).order_by(distance)
    return pool.values_list("pk", 1 - distance)[:POOL].query.sql_with_params()


def fuse(cursor, legs: dict) -> list[tuple[int, float, list[str]]]:
    """The hits of these legs, best first: paper id, score, and the legs that have it."""
    if not legs:
        return []
    places = ", ".join(_PLACES.format(leg=leg, sql=sql) for leg, (sql, _) in legs.items())
    union = " UNION ALL ".join(_STRENGTHS[leg] for leg in legs)
    cursor.execute(_FUSE.format(places=places, union=union), [param for _, params in legs.values() for param in params])
    return cursor.fetchall()


_PLACES = """
    "{leg}" AS MATERIALIZED (
        SELECT pk, relevance, row_number() OVER (ORDER BY relevance DESC, pk DESC) AS place
        FROM ({sql}) AS leg(pk, relevance)
    )
"""
_STRENGTHS = {
    "every": "SELECT pk, 'every', 2 * relevance, place FROM every",
    "any": "SELECT pk, 'any', relevance, place FROM \"any\"",
    "near": f"SELECT pk, 'near', relevance ^ 2, place FROM near WHERE relevance > {FARTHEST}",  # noqa: S608
}
_FUSE = f"""
    WITH {{places}}
    SELECT
        pk,
        coalesce(max(strength / ({K} + place)) FILTER (WHERE leg <> 'near'), 0)
        + coalesce(max(strength / ({K} + place)) FILTER (WHERE leg = 'near'), 0) AS score,
        array_agg(leg)
    FROM ({{union}}) AS strengths(pk, leg, strength, place)
    GROUP BY pk ORDER BY score DESC, pk DESC
"""  # noqa: S608 (all parts are constants)
