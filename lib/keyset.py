"""Keyset pagination: page 1,000 costs as much as page 1.

An order is a tuple of column names, all descending, of which the last is unique. The cursor holds the values of the
last row, signed with the name of the order, so that nobody can forge it or use it with another order. PostgreSQL
compares row values from left to right and uses the index on the same columns
(https://use-the-index-luke.com/no-offset explains the method).
"""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.signing import BadSignature, Signer
from django.db.models import F, Func, QuerySet, Value
from django.db.models.fields import Field
from django.db.models.lookups import LessThan

from lib.refusals import BadInput


@dataclass(frozen=True)
class Page:
    """The rows of one page, and the cursor of the next page ("" if this is the last one)."""

    rows: list
    cursor: str


class _Row(Func):
    function = "ROW"
    output_field = Field()


def page(queryset: QuerySet, order: tuple[str, ...], cursor: str, size: int) -> Page:
    """Returns the page of `size` rows after `cursor` ("" for the first page).

    Raises BadInput for a cursor that was not made for this order.
    """

    def read(after: list, limit: int) -> list:
        rows = queryset.order_by(*(f"-{column}" for column in order))
        if after:
            rows = rows.filter(LessThan(_Row(*map(F, order)), _Row(*map(Value, after))))
        return list(rows[:limit])

    return page_by(read, order, cursor, size)


def page_by(read: Callable[[list, int], list], order: tuple[str, ...], cursor: str, size: int) -> Page:
    """Returns the same of rows that `read` returns.

    It takes the values of the last row of the page before, if there is one, and how many rows are wanted.
    """
    return _cut(read(_read(cursor, order) if cursor else [], size + 1), order, size)


def page_of(rows: Sequence, order: tuple[str, ...], cursor: str, size: int) -> Page:
    """Returns the same for rows in memory, which must be sorted in this order. Raises BadInput like `page`."""
    if cursor:
        last = tuple(_read(cursor, order))
        rows = [row for row in rows if _values(row, order) < last]
    return _cut(rows, order, size)


def _cut(rows: Sequence, order: tuple[str, ...], size: int) -> Page:
    return Page(list(rows[:size]), cursor_after(rows[size - 1], order) if len(rows) > size else "")


def _values(row, order: tuple[str, ...]) -> tuple:
    return tuple(getattr(row, column) for column in order)


def _signer(order: tuple[str, ...]) -> Signer:
    return Signer(salt="lib.keyset:" + ",".join(order))


def cursor_after(row, order: tuple[str, ...]) -> str:
    """Returns the cursor of a page that begins after this row."""
    return _signer(order).sign_object([_plain(value) for value in _values(row, order)])


def _plain(value) -> object:
    """Returns the value in a form that JSON can hold; `_restored` is the inverse."""
    if isinstance(value, datetime.datetime):
        return {"t": value.isoformat()}
    if isinstance(value, datetime.date):
        return {"day": value.isoformat()}
    return {"d": str(value)} if isinstance(value, Decimal) else value


def _restored(plain) -> object:
    if not isinstance(plain, dict):
        return plain
    if "day" in plain:
        return datetime.date.fromisoformat(plain["day"])
    return datetime.datetime.fromisoformat(plain["t"]) if "t" in plain else Decimal(plain["d"])


def _read(cursor: str, order) -> list:
    try:
        plain = _signer(order).unsign_object(cursor)
    except BadSignature:
        raise BadInput("This link is damaged or out of date. Start again from the top.") from None
    return [_restored(value) for value in plain]
