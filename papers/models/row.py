"""The rows of a list, read by a statement that is written by hand.

Django takes ten times as long to build the statement of thirty rows as PostgreSQL to answer it. What belongs to a list
is still said by its QuerySet alone: this statement takes the joins, conditions and annotations from it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache, cached_property
from itertools import chain

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection

from lib import statements
from papers.models.mark import marks


class Row:
    """What a list has of a paper before it is drawn.

    It also has a bit for each kind of mark, whether the viewer has marked the paper (`PaperMark.bit`), and the columns
    that were requested.
    """

    pk: int
    revision: int
    badge_changed_at: datetime | None
    note = ""

    def __init__(self, names: Iterable[str], values: Iterable) -> None:
        self.__dict__.update(zip(names, values, strict=True))

    @cached_property
    def cache_key(self) -> str:
        return cache_key(self.pk, self.revision, self.badge_changed_at)


def cache_key(pk: int, revision: int, badge_changed_at: datetime | None) -> str:
    """The key of everything cached about a paper, which changes whenever its row in a list may look different.

    `badge_changed_at` is when the organisation that it shows was last changed.
    """
    badge = badge_changed_at.timestamp() if badge_changed_at else ""
    return f"{pk}.{revision}.{badge}"


def read(papers, viewer, columns: Iterable[str], *, order: Sequence[str], after: Sequence, limit: int | None):
    """The rows of these papers (a QuerySet) as the viewer sees them, by one statement.

    * `columns`, `order`: names of fields and annotations. The rows are sorted by `order`, all descending.
    * `after`: the values of `order` in the last row of the page before; empty for the first page.
    * `limit`: how many rows there are at most, or None.
    """
    query = papers.query.clone()
    query.get_initial_alias()
    compiler = query.get_compiler(connection=connection)
    names = dict.fromkeys([*order, *columns, *({"note"} & query.annotations.keys())])
    expressions = {name: _expression(compiler, name) for name in names}
    tables, params_of_tables = compiler.get_from_clause()
    try:
        where, params_of_where = compiler.compile(query.where)
    except EmptyResultSet:
        return []
    except FullResultSet:
        where, params_of_where = "true", []
    bits = _bits(viewer.is_authenticated)
    sql = _ROWS.format(
        bits=bits,
        columns="".join(f", {expression} AS {name}" for name, (expression, _) in expressions.items()),
        tables=" ".join(tables),
        where=where,
        after=f"({', '.join(order)}) < ({', '.join(['%s'] * len(after))})" if after else "true",
        order=", ".join(f"{name} DESC" for name in order) or "pk",
    )
    params = [
        *[viewer.pk] * bits.count("%s"),
        *chain.from_iterable(params for _, params in expressions.values()),
        *params_of_tables,
        *params_of_where,
        *after,
        limit,
    ]
    names = ["pk", "revision", "badge_changed_at", *(mark.bit for mark in marks()), *expressions]
    return [Row(names, values) for values in statements.rows(sql, params, is_prepared=where == "true")]


def _expression(compiler, name: str) -> tuple[str, Sequence]:
    """The SQL of an annotation or a field, with its parameters."""
    annotations = compiler.query.annotations
    return compiler.compile(annotations[name]) if name in annotations else (f"papers_paper.{name}", ())


@cache
def _bits(is_signed_in: bool) -> str:
    """The bit of each kind of mark, with placeholders for the viewer's id."""
    return ", ".join(mark.objects.exists_sql("%s") if is_signed_in else "false" for mark in marks())


# PostgreSQL plans it as if there were no subquery, which only names the expressions.
_ROWS = """
    SELECT * FROM (
        SELECT papers_paper.id AS pk, papers_paper.revision, badge.updated_at, {bits}{columns}
        FROM {tables} LEFT JOIN orgs_organisation badge ON badge.id = papers_paper.organisation_id
        WHERE {where}
    ) found
    WHERE {after}
    ORDER BY {order}
    LIMIT %s
"""
