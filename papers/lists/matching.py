"""Collects the papers that match several conditions before they are sorted.

PostgreSQL misjudges how many papers match several conditions together. So the keys of up to 2,000 papers are collected
first, and these papers are sorted. If more match, walking along the order's index soon finds them.
"""

from collections.abc import Sequence
from math import inf

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

MAX_COLLECTED = 2_000


def collect(papers, matching):
    """The matching ones of these papers, by their keys if there are at most MAX_COLLECTED, and how many they are.

    More than MAX_COLLECTED are not counted: the number is then infinite. One statement.
    """
    try:
        sql, params = matching.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return matching, 0
    keys = collect_keys(sql, params, MAX_COLLECTED)
    return (matching, inf) if keys is None else (with_keys(papers, keys), len(keys))


def collect_keys(sql: str, params: Sequence, limit: int) -> list[int] | None:
    """The keys that this statement selects, or None if there are more than `limit`."""
    with connection.cursor() as cursor:
        cursor.execute(_COLLECT.format(sql=sql), [*params, limit + 1, limit])
        return cursor.fetchone()[0]


def with_keys(papers, pks: list[int]):
    """Those of these papers whose keys are among `pks`."""
    return papers.filter(RawSQL("papers_paper.id = ANY(%s)", [pks], BooleanField()))


_COLLECT = """
    WITH collected AS MATERIALIZED ({sql} LIMIT %s)
    SELECT CASE WHEN count(*) <= %s THEN coalesce(array_agg(key), '{{}}') END FROM collected AS matching(key)
"""
