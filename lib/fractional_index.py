"""Fractional indexes: decimals that order a list, so that moving one item changes that item's index alone."""

from decimal import Decimal
from fractions import Fraction
from itertools import count
from math import ceil, floor


def between(low: Decimal | None, high: Decimal | None) -> Decimal:
    """Returns a decimal greater than `low` and less than `high`, with as few digits after the point as possible.

    None stands for no bound. Raises ValueError if `low` is not less than `high`.
    """
    if low is None or high is None:
        return Decimal(0) if low is high else low + 1 if high is None else high - 1
    if low >= high:
        raise ValueError(f"There is nothing between {low} and {high}.")
    for digits in count():
        first = floor(Fraction(low) * 10**digits) + 1
        last = ceil(Fraction(high) * 10**digits) - 1
        if first <= last:
            return Decimal(f"{(first + last) // 2}E-{digits}")
    raise AssertionError  # unreachable: count() has no end
