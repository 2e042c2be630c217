"""Pages of rows at hand: each row once, whatever equals it, and no cursor that was not given out."""

from dataclasses import dataclass
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import keyset
from lib.refusals import BadInput

ORDER = ("score", "pk")


@dataclass(frozen=True, order=True)
class Row:
    score: float
    pk: int


def pages(rows, size) -> list[list[Row]]:
    made, cursor = [], ""
    while not made or cursor:
        page = keyset.page_of(rows, ORDER, cursor, size)
        made.append(page.rows)
        cursor = page.cursor
    return made


scores = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([0.1 + 0.2, 1 / 61, 1 / 61 + 1 / 62])
rows = st.lists(scores, max_size=20).map(
    lambda values: sorted((Row(s, pk) for pk, s in enumerate(values)), reverse=True)
)


@given(rows, st.integers(1, 7))
def test_pages_follow_each_other_without_gap_or_repeat(rows, size):
    made = pages(rows, size)
    assert list(chain.from_iterable(made)) == rows
    assert [len(page) for page in made[:-1]] == [size] * (len(made) - 1)
    assert made[-1] or not rows


def test_a_page_goes_on_where_the_last_row_stood_though_rows_came_and_went():
    rows = [Row(0.9, 3), Row(0.5, 2), Row(0.5, 1), Row(0.1, 4)]
    cursor = keyset.page_of(rows, ORDER, "", 2).cursor
    assert keyset.page_of([Row(1.0, 9), Row(0.9, 3), Row(0.5, 1), Row(0.1, 4)], ORDER, cursor, 2).rows == rows[2:]
    assert keyset.page_of([Row(1.0, 9)], ORDER, cursor, 2) == keyset.Page([], "")


@pytest.mark.parametrize("cursor", ["made-up", "WzEsMl0:x", " ", "\x00", "é"])
def test_a_cursor_that_was_not_given_out_is_refused(cursor):
    with pytest.raises(BadInput, match="damaged or out of date"):
        keyset.page_of([Row(1.0, 1)], ORDER, cursor, 1)


def test_a_cursor_of_another_order_is_refused():
    cursor = keyset.page_of([Row(1.0, 2), Row(1.0, 1)], ("pk", "score"), "", 1).cursor
    with pytest.raises(BadInput, match="damaged or out of date"):
        keyset.page_of([Row(1.0, 2), Row(1.0, 1)], ORDER, cursor, 1)
