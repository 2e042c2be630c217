"""The rows of a list, read by a statement that is written by hand.

Django takes ten times as long to build the statement of thirty rows as PostgreSQL to answer it. What belongs to a list
is still said by its QuerySet alone: these statements take the joins, conditions and annotations from it.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache, cached_property
from itertools import chain
from string import Formatter

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection
from django.db.models import Lookup
from django.db.models.expressions import Col
from django.db.models.sql.where import AND, WhereNode

from lib import statements
from papers.models.bits import bits
from papers.ranking import max_hot, min_hot

_OPERATORS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_OF_LISTS = ("note", "saved_version")  # annotations that every row of a list has which has them
type Clause = tuple[str, Sequence]  # SQL with placeholders, and their values


class Row:
    """What a list has of a paper before it is drawn.

    It also has the viewer's bits of the paper (`bits`) and the columns that were requested.
    """

    pk: int
    revision: int
    badge_changed_at: datetime | None
    note = ""
    saved_version = None

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
    return _rows(_READ, papers, viewer, columns, order, after, {"limit": ("%s", [limit])})


def is_walked(papers, order: Sequence[str]) -> bool:
    """Whether the index of `hot` has to be walked for these papers, since the time that they are of ends the walk."""
    return "hot" in order and bool(_bounds(papers, order)[1])


def walk(papers, walked, viewer, columns: Iterable[str], *, order: Sequence[str], after: Sequence, limit, tested=None):
    """Those of the same rows that are among the first `tested` papers of `walked` in this order, or among all.

    PostgreSQL takes one paper after the other from the order's index, tests whether it is one of `papers`, and stops as
    soon as it has enough.
    """
    try:
        clauses = {f"walked_{name}": clause for name, clause in _clauses(walked, order, order, after).items()}
    except EmptyResultSet:
        return []
    clauses |= {"bounds": _bounds(papers, order), "limit": ("%s", [limit]), "tested": ("%s", [tested])}
    return _rows(_WALK, papers, viewer, columns, order, after, clauses)


def _rows(template: str, papers, viewer, columns, order, after, clauses: dict[str, Clause]) -> list[Row]:
    """The rows that a statement finds: the template, filled with these clauses and with those of the papers."""
    names = dict.fromkeys([*order, *columns, *(name for name in _OF_LISTS if name in papers.query.annotations)])
    conditions = _conditions(viewer.is_authenticated)
    params = [viewer.pk] * conditions.count("%s")
    try:
        clauses = {**clauses, **_clauses(papers, names, order, after), "bits": (conditions, params)}
    except EmptyResultSet:
        return []
    used = [name for _, name, _, _ in Formatter().parse(template) if name]
    params = [*chain.from_iterable(clauses[name][1] for name in used)]
    found = statements.rows(
        template.format(**{name: clauses[name][0] for name in used}), params, is_prepared=not clauses["where"][1]
    )
    names = ["pk", "revision", "badge_changed_at", *bits(), *names]
    return [Row(names, values) for values in found]


def _clauses(papers, columns: Iterable[str], order: Sequence[str], after: Sequence) -> dict[str, Clause]:
    """What the statements take from a QuerySet. Raises EmptyResultSet if Django knows that it has no papers."""
    query = papers.query.clone()
    query.get_initial_alias()
    compiler = query.get_compiler(connection=connection)
    expressions = [_expression(compiler, name) for name in columns]
    keys = [_expression(compiler, name) for name in order]
    key_params = [*chain(*(params for _, params in keys))]
    tables, params_of_tables = compiler.get_from_clause()
    try:
        where = compiler.compile(query.where)
    except FullResultSet:
        where = "true", ()
    return {
        "columns": ("".join(f", {sql}" for sql, _ in expressions), [*chain(*(params for _, params in expressions))]),
        "names": ("".join(f", {name}" for name in columns), ()),
        "tables": (" ".join(tables), params_of_tables),
        "where": where,
        "after": _before(", ".join(sql for sql, _ in keys), key_params, after),
        "order": (", ".join(f"{sql} DESC" for sql, _ in keys) or "papers_paper.id", key_params),
        "order_of_walked": (", ".join(f"walked.{name} DESC" for name in order), ()),
    }


def _before(keys: str, params: Sequence, after: Sequence) -> Clause:
    """The condition for what comes later in the descending order by these keys than the values of `after`."""
    return (f"({keys}) < ({', '.join(['%s'] * len(after))})", [*params, *after]) if after else ("true", ())


def _expression(compiler, name: str) -> Clause:
    """The SQL of an annotation or a field, with its parameters."""
    annotations = compiler.query.annotations
    return compiler.compile(annotations[name]) if name in annotations else (f"papers_paper.{name}", ())


def _bounds(papers, order: Sequence[str]) -> Clause:
    """Those of the conditions that the order's index knows: comparisons of its columns, and of the time, with a value.

    PostgreSQL knows nothing of how `hot` and `listed_at` hang together, and would walk to an old month through all that
    came after it. So what `hot` can be in that time is a condition, too, in an order by it.
    """
    bounds = []
    for column, operator, value in _comparisons(papers.query.where):
        if column in {*order, "listed_at"}:
            bounds.append((f"papers_paper.{column} {operator} %s", value))
        if column == "listed_at" and "hot" in order:
            bounds.append((f"papers_paper.hot {operator} %s", min_hot(value) if ">" in operator else max_hot(value)))
    return " AND ".join(sql for sql, _ in bounds) or "true", [value for _, value in bounds]


def _comparisons(where: WhereNode) -> Iterator[tuple[str, str, object]]:
    """Those of the conditions that compare a column of the paper with a value: (column, operator, value)."""
    for condition in where.children if where.connector == AND and not where.negated else ():
        if isinstance(condition, WhereNode):
            yield from _comparisons(condition)
        elif _is_comparison(condition):
            yield condition.lhs.target.column, _OPERATORS[condition.lookup_name], condition.rhs


def _is_comparison(condition) -> bool:
    if not isinstance(condition, Lookup) or condition.lookup_name not in _OPERATORS:
        return False
    return isinstance(condition.lhs, Col) and condition.lhs.alias == "papers_paper" and condition.rhs_is_direct_value()


@cache
def _conditions(is_signed_in: bool) -> str:
    """The conditions of the bits, with placeholders for the viewer's id."""
    return ", ".join(exists_sql("%s") if is_signed_in else "false" for exists_sql in bits().values())


_ROWS = """
    SELECT papers_paper.id, papers_paper.revision, badge.updated_at, {bits}{columns}
    FROM {tables} LEFT JOIN orgs_organisation badge ON badge.id = papers_paper.organisation_id
    WHERE ({where})"""
_READ = f"{_ROWS} AND {{after}} ORDER BY {{order}} LIMIT {{limit}}"
# OFFSET 0 is a fence: PostgreSQL neither joins nor sorts before it tests the papers.
_WALK = f"""
    SELECT matching.* FROM (
        SELECT papers_paper.id{{walked_columns}} FROM {{walked_tables}}
        WHERE ({{walked_where}}) AND {{bounds}} AND {{walked_after}} ORDER BY {{walked_order}} LIMIT {{tested}}
    ) walked(key{{walked_names}}), LATERAL ({_ROWS} AND papers_paper.id = key OFFSET 0) matching
    ORDER BY {{order_of_walked}} LIMIT {{limit}}
"""  # noqa: S608 (it is a constant)
