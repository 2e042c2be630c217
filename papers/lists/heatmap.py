"""The archive as a calendar: one row of weeks a year, each day a square whose shade tells how many papers it had."""

import datetime
from dataclasses import dataclass
from itertools import groupby

CELL = 13  # px from one square to the next
LEVELS = 4


@dataclass(frozen=True)
class Square:
    date: datetime.date
    papers: int
    level: int
    x: int
    y: int


@dataclass(frozen=True)
class Label:
    text: str
    x: int


@dataclass(frozen=True)
class Year:
    year: int
    papers: int
    squares: list[Square]
    months: list[Label]
    filled_months: list[datetime.date]

    @property
    def width(self) -> int:
        """Of the drawing, in px: as many weeks as the year touches."""
        return (_column(datetime.date(self.year, 12, 31)) + 1) * CELL


def years(days) -> list[Year]:
    """Calendar years, newest first, for days in the order of time. Weeks run from Monday, as ISO weeks do.

    Levels are 1 (few) to 4 (many), by quarters of the busiest day.
    """
    days = list(days)
    most = max((day.paper_count for day in days), default=1)
    drawn = [_year(year, list(group), most) for year, group in groupby(days, key=lambda day: day.date.year)]
    return drawn[::-1]


def _year(year: int, days: list, most: int) -> Year:
    months = [
        Label(f"{first:%b}", _column(first) * CELL) for first in (datetime.date(year, m, 1) for m in range(1, 13))
    ]
    squares = [
        Square(
            date=day.date,
            papers=day.paper_count,
            level=-(-LEVELS * day.paper_count // most),
            x=_column(day.date) * CELL,
            y=day.date.weekday() * CELL,
        )
        for day in days
    ]
    filled = sorted({day.date.replace(day=1) for day in days})
    return Year(year, sum(day.paper_count for day in days), squares, months, filled)


def _column(date: datetime.date) -> int:
    """Weeks since the one that holds the first of January."""
    first = datetime.date(date.year, 1, 1)
    return (date.timetuple().tm_yday - 1 + first.weekday()) // 7
