"""The retrievers of a search and their fusion, as SQL; docs/search.md explains the choices.

A retriever is a statement that selects (pk, relevance), with its parameters.
"""

from collections.abc import Sequence

import numpy
from django.contrib.postgres.search import SearchQuery
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from pgvector import HalfVector

from papers.search import embedding, lexicon

K = 60
EVERY_LIMIT = 300  # papers with every word that are ranked: the first ones in the requested order
SCAN_LIMIT = 6_000  # papers that are searched one by one: those of a filter, or the first ones in that order
POOL_LIMIT = 100  # papers of any other retriever
MIN_COSINE = 0.25  # papers further away have nothing to do with the search, as all have for random letters


def tsquery(text: str) -> SearchQuery:
    """This tsquery as an expression of Django."""
    return SearchQuery(text, config="simple", search_type="raw")


def every(papers, analysis: lexicon.Analysis, first: Sequence[str], keys: list[int] | None):
    """The retriever of the papers with every word, the first ones by these columns, all descending.

    `keys`, here and below: those of the papers, if they are few.
    """
    sql, params = _with_every(papers, analysis, first, keys)
    order = ", ".join(f"{column} DESC" for column in first)
    pool = f"SELECT id FROM ({sql}) matching ORDER BY {order} LIMIT {EVERY_LIMIT}"  # noqa: S608
    return _by_words(analysis, pool, params)


def _with_every(papers, analysis: lexicon.Analysis, first: Sequence[str], keys: list[int] | None):
    """The SQL of the papers with every word, and its parameters.

    PostgreSQL misjudges how many those are, and would look for a few along the whole order. So few are looked up first,
    as an array, and many are looked for among the first SCAN_LIMIT papers only.
    """
    if keys is not None or analysis.rare_query:
        found = RawSQL(*_lookup(analysis, keys), BooleanField())  # noqa: S611 (its parts are constants)
        return papers.filter(found).values_list(*first).query.sql_with_params()
    if is_scan(analysis, keys):
        scanned = papers.order_by(*(f"-{column}" for column in first)).values_list(*first)[:SCAN_LIMIT]
        sql, params = scanned.query.sql_with_params()
        return _SCAN.format(scanned=sql), [*params, analysis.every_query]
    return papers.filter(entry__words=tsquery(analysis.every_query)).values_list(*first).query.sql_with_params()


def is_scan(analysis: lexicon.Analysis, keys: list[int] | None) -> bool:
    """Whether only the first SCAN_LIMIT papers are searched for every word."""
    return keys is None and bool(analysis.every_query) and not (analysis.rare_query or analysis.phrase_query)


def _lookup(analysis: lexicon.Analysis, keys: list[int] | None) -> tuple[str, list]:
    if keys is not None:
        return _LOOKUP.format(found="paper_id = ANY(%s) AND words @@ %s::tsquery"), [keys, analysis.every_query]
    if analysis.rare_query == analysis.every_query:
        return _LOOKUP.format(found="words @@ %s::tsquery"), [analysis.every_query]
    return _LOOKUP_RARE, [analysis.rare_query, analysis.every_query]


_LOOKUP = "papers_paper.id = ANY(ARRAY(SELECT paper_id FROM papers_searchentry WHERE {found}))"
_LOOKUP_RARE = """
    papers_paper.id = ANY(ARRAY(
        SELECT paper_id FROM (
            SELECT paper_id, words FROM papers_searchentry WHERE words @@ %s::tsquery OFFSET 0
        ) with_rare
        WHERE words @@ %s::tsquery
    ))
"""
_SCAN = """
    SELECT scanned.* FROM ({scanned}) scanned JOIN papers_searchentry ON paper_id = scanned.id
    WHERE words @@ %s::tsquery
"""


def any_rare(papers, analysis: lexicon.Analysis, keys: list[int] | None):
    """The retriever of the papers with any of the rare words, those with the greatest sum of weights."""
    lexemes, weights = (values[: analysis.rare_count] for values in _lexemes(analysis))
    where, params = "", ()
    if keys is not None:
        where, params = "WHERE paper_id = ANY(%s)", [keys]
    elif papers.query.where:
        sql, params = papers.values("id").query.sql_with_params()
        where = f"WHERE EXISTS (SELECT FROM ({sql}) filtered WHERE filtered.id = paper_id OFFSET 0)"
    return _by_words(analysis, _RARE.format(where=where, enough=EVERY_LIMIT), [lexemes, weights, *params])


_RARE = f"""
    SELECT paper_id FROM (
        SELECT paper_id, weight FROM papers_searchentry
        JOIN unnest(%s::tsquery[], %s::float8[]) AS rare(lexeme, weight) ON words @@ lexeme
        WHERE (SELECT count(*) FROM every) < {{enough}}  -- otherwise this is not even begun
        LIMIT {2 * lexicon.MAX_POSTINGS}  -- a fence, and more than there can be since the last count
    ) with_any {{where}}
    GROUP BY paper_id ORDER BY sum(weight) DESC, paper_id DESC LIMIT {POOL_LIMIT}
"""  # noqa: S608 (both limits are constants)


def _by_words(analysis: lexicon.Analysis, pool: str, params: Sequence):
    """The papers of the pool with their relevance: 0 to 1, and more where the words begin a title or are adjacent.

    It is the sum of weight · r / (r + 0.2 · (¼ + ¾ · length)) over the words, divided by the sum of the weights: a
    formula like BM25, with r the word's own `ts_rank` (which grows with title, abstract and repetition) and length the
    number of the entry's lexemes, without that of TITLE_START, divided by the usual 150.
    """
    lexemes, weights = _lexemes(analysis)
    constants = [sum(weights), lexemes, weights, analysis.title_query, analysis.adjacent_query]
    return _BY_WORDS.format(pool=pool), [*constants, *params]


def _lexemes(analysis: lexicon.Analysis) -> tuple[list[str], list[float]]:
    """The tsqueries of the wanted lexemes, rarest first, and their weights."""
    return [lexicon.quote(lexeme) for lexeme in analysis.weights], list(analysis.weights.values())


# An empty vector is added because a value stored out of line (TOAST) would be fetched again for every word. The formula
# of the docstring is transformed to have r once, since a function in FROM would take longer than `ts_rank` itself does.
_BY_WORDS = """
    SELECT paper_id, coalesce((
        SELECT sum(weight * (1 - 1 / (
            1 + ts_rank('{{0, 0.3, 0.4, 1}}', fetched, lexeme) / (0.05 + 0.15 * (length(fetched) - 1) / 150.0)
        ))) / nullif(%s, 0)
        FROM unnest(%s::tsquery[], %s::float8[]) AS wanted(lexeme, weight)
    ), 0) + CASE
        WHEN fetched @@ %s::tsquery THEN
            1 + log(1 + (SELECT vote_count FROM papers_paper WHERE id = paper_id)) / 10
        WHEN fetched @@ %s::tsquery THEN 0.5
        ELSE 0
    END
    FROM (
        SELECT paper_id, words || ''::tsvector AS fetched
        FROM ({pool}) pool(paper_id) JOIN papers_searchentry USING (paper_id)
        OFFSET 0
    ) entry
"""


def near(papers, vector: numpy.ndarray, keys: list[int] | None = None):
    """The retriever of the papers whose vectors are nearest to this one; relevance is the cosine, −1 to 1.

    Few are compared one by one, since the index would read on and on until it meets them. By hand, since Django took
    longer to build the query than PostgreSQL to plan it.
    """
    text, model = HalfVector(vector).to_text(), embedding.model_name()
    if keys is not None:
        return _NEAR_OF_FEW, [text, model, keys]
    if not papers.query.where:
        return _NEAR.format(filtered=""), [text, model, text]
    sql, params = papers.values("id").query.sql_with_params()
    return _NEAR.format(filtered=f"JOIN ({sql}) filtered ON filtered.id = paper_id"), [text, *params, model, text]


_NEAR = f"""
    SELECT paper_id, 1 - (vector <=> %s::halfvec) FROM papers_embedding {{filtered}}
    WHERE model = %s ORDER BY vector <=> %s::halfvec LIMIT {POOL_LIMIT}
"""  # noqa: S608 (the limit is a constant)
_NEAR_OF_FEW = f"""
    SELECT paper_id, 1 - (vector <=> %s::halfvec) AS cosine FROM papers_embedding
    WHERE model = %s AND paper_id = ANY(%s) ORDER BY cosine DESC LIMIT {POOL_LIMIT}
"""  # noqa: S608 (the limit is a constant)


def fuse(cursor, retrievers: dict) -> list[tuple[int, float, list[str]]]:
    """The hits of these retrievers, best first: paper id, score, and the names of the retrievers that found it.

    The score is the sum of strength / (K + rank) of the better retriever by words and of `near`.
    """
    if not retrievers:
        return []
    ranked = ", ".join(_RANKED.format(retriever=retriever, sql=sql) for retriever, (sql, _) in retrievers.items())
    union = " UNION ALL ".join(_STRENGTHS[retriever] for retriever in retrievers)
    params = [param for _, params in retrievers.values() for param in params]
    cursor.execute(_FUSE.format(ranked=ranked, union=union), params)
    return cursor.fetchall()


_RANKED = """
    "{retriever}" AS MATERIALIZED (
        SELECT pk, relevance, row_number() OVER (ORDER BY relevance DESC, pk DESC) AS rank
        FROM ({sql}) AS retriever(pk, relevance)
    )
"""
_STRENGTHS = {
    "every": "SELECT pk, 'every', 2 * relevance, rank FROM every",
    "any": "SELECT pk, 'any', relevance, rank FROM \"any\"",
    "near": f"SELECT pk, 'near', relevance ^ 2, rank FROM near WHERE relevance > {MIN_COSINE}",  # noqa: S608
}
_FUSE = f"""
    WITH {{ranked}}
    SELECT
        pk,
        coalesce(max(strength / ({K} + rank)) FILTER (WHERE retriever <> 'near'), 0)
        + coalesce(max(strength / ({K} + rank)) FILTER (WHERE retriever = 'near'), 0) AS score,
        array_agg(retriever)
    FROM ({{union}}) AS strengths(pk, retriever, strength, rank)
    GROUP BY pk ORDER BY score DESC, pk DESC
"""  # noqa: S608 (all parts are constants)
