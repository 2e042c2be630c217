"""Fractional indexes: between two of them there is always another one, with few digits."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.fractional_index import between


@pytest.mark.parametrize(
    ("low", "high", "index"),
    [
        (None, None, "0"),
        (None, "3", "2"),
        ("3", None, "4"),
        ("3", "9", "6"),
        ("3", "4", "3.5"),
        ("3.5", "4", "3.7"),
        ("-1", "0", "-0.5"),
        ("0.29", "0.3", "0.295"),
    ],
)
def test_an_index_is_whole_or_short(low, high, index):
    assert between(low and Decimal(low), high and Decimal(high)) == Decimal(index)


@given(st.lists(st.integers(0, 2**16), min_size=1, max_size=60))
def test_wherever_things_are_put_they_stay_in_order(choices):
    indexes = []
    for choice in choices:
        at = choice % (len(indexes) + 1)
        low, high = indexes[at - 1] if at else None, indexes[at] if at < len(indexes) else None
        indexes.insert(at, between(low, high))
    assert all(low < high for low, high in pairwise(indexes))


def test_ten_thousand_times_into_the_same_gap_takes_some_thousand_digits():
    low, high = Decimal(0), Decimal(1)
    for _ in range(1_000):
        high = between(low, high)
    assert high > 0
    assert len(high.as_tuple().digits) + -high.as_tuple().exponent < 1_000


def test_there_is_nothing_between_equals():
    with pytest.raises(ValueError, match="nothing between"):
        between(Decimal(1), Decimal(1))
