"""Places in an ordered list, so that one thing moves and the others stay: between any two is room for one more."""

from decimal import Decimal
from fractions import Fraction
from itertools import count
from math import ceil, floor


def between(low: Decimal | None, high: Decimal | None) -> Decimal:
    """A place above `low` and beneath `high`, None being no bound: a whole number if there is one, or few digits."""
    if low is None or high is None:
        return Decimal(0) if low is high else low + 1 if high is None else high - 1
    if low >= high:
        raise ValueError(f"There is nothing between {low} and {high}.")
    for digits in count():
        first = floor(Fraction(low) * 10**digits) + 1
        last = ceil(Fraction(high) * 10**digits) - 1
        if first <= last:
            return Decimal(f"{(first + last) // 2}E-{digits}")
    raise AssertionError  # never: a counter has no end
