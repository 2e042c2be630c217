"""Few papers are collected and then sorted; where there are many, some are met soon along any order.

PostgreSQL has to choose between these ways before it knows how many papers meet several conditions. It assumes that
these have nothing to do with each other, and walks through all papers where only few or none meet them together.
"""

from collections.abc import Sequence

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

FEW = 2_000


def of(papers, matching):
    """The matching ones of these papers, as a QuerySet of their keys if they are at most FEW. One statement."""
    try:
        sql, params = matching.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return matching
    collected = keys(sql, params, FEW)
    return matching if collected is None else with_keys(papers, collected)


def keys(sql: str, params: Sequence, limit: int) -> list[int] | None:
    """The papers' keys that this statement gives, or None if there are more than `limit`."""
    with connection.cursor() as cursor:
        cursor.execute(_COLLECT.format(sql=sql), [*params, limit + 1, limit])
        return cursor.fetchone()[0]


def with_keys(papers, pks: list[int]):
    """Those of these papers that have one of the keys."""
    return papers.filter(RawSQL("papers_paper.id = ANY(%s)", [pks], BooleanField()))


_COLLECT = """
    WITH collected AS MATERIALIZED ({sql} LIMIT %s)
    SELECT CASE WHEN count(*) <= %s THEN coalesce(array_agg(key), '{{}}') END FROM collected few(key)
"""
