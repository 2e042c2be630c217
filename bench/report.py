"""Aligned text, and limits that are told as they are."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """What was measured (None: nothing was, in this run), and the most or least that the issue allows."""

    name: str
    measured: float | None
    bound: float
    at_least: bool = False

    @property
    def missed_by(self) -> float:
        if self.measured is None:
            return 0
        return max(0, (self.bound - self.measured) if self.at_least else (self.measured - self.bound))

    def row(self) -> tuple:
        verdict = "not measured" if self.measured is None else "ok"
        if self.missed_by:
            verdict = f"MISSED by {number(self.missed_by)}"
        return self.name, self.measured, f"{'≥' if self.at_least else '≤'} {number(self.bound)}", verdict


def verdict(limits: Sequence[Limit]) -> int:
    """Prints each limit; 1 if one is missed, else 0."""
    print(table(["limit", "measured", "allowed", ""], [limit.row() for limit in limits]))
    return int(any(limit.missed_by for limit in limits))


def number(value) -> str:
    """Three digits that count; whole numbers whole; "–" for what was not measured."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if isinstance(value, int) or value >= 100:
        return f"{value:,.0f}"
    return f"{value:.{1 if value >= 10 else 2 if value >= 1 else 3}f}"


def table(headings: Sequence[str], rows: Sequence[Sequence]) -> str:
    """The first column to the left, all others to the right; an empty line before."""
    cells = [list(headings), *([number(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in cells]
    return "\n".join(["", lines[0], "─" * len(lines[0]), *lines[1:]])
