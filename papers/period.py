"""Days, ISO weeks and months, as the lists of papers by time have them. All days are UTC days."""

import calendar
import datetime
import re
from dataclasses import dataclass
from datetime import date, timedelta

from lib.addresses import address
from lib.templatetags.house import long_date

_MIN_YEAR, _MAX_YEAR = 1991, 2999  # arXiv began in 1991


class NoSuchPeriod(ValueError):
    """A text is not the name of a day, week or month. `nearest` is the date nearest to it, or None."""

    def __init__(self, message: str, nearest: date | None = None):
        super().__init__(message)
        self.nearest = nearest


@dataclass(frozen=True)
class Period:
    """A day, week or month (`kind`), from `start` up to but without `end`."""

    kind: str
    start: date
    end: date

    @classmethod
    def day(cls, start: date) -> "Period":
        """The period of this one day."""
        return cls("day", start, start + timedelta(days=1))

    @classmethod
    def week(cls, day: date) -> "Period":
        """The ISO week (Monday to Sunday) with this day."""
        start = day - timedelta(days=day.weekday())
        return cls("week", start, start + timedelta(days=7))

    @classmethod
    def month(cls, day: date) -> "Period":
        """The calendar month with this day."""
        start = day.replace(day=1)
        return cls("month", start, start + timedelta(days=calendar.monthrange(day.year, day.month)[1]))

    @classmethod
    def around(cls, kind: str, day: date) -> "Period":
        """The period of this kind with this day."""
        return {"day": cls.day, "week": cls.week, "month": cls.month}[kind](day)

    def __str__(self) -> str:
        """Its name in addresses: 2025-09-10, 2025-W37, 2025-09."""
        if self.kind == "day":
            return self.start.isoformat()
        if self.kind == "week":
            year, week, _ = self.start.isocalendar()
            return f"{year}-W{week:02}"
        return f"{self.start:%Y-%m}"

    @property
    def title(self) -> str:
        """Its name in headings, spelled out."""
        if self.kind == "day":
            return long_date(self.start)
        if self.kind == "week":
            last = self.end - timedelta(days=1)
            year = f" {self.start.year}" if self.start.year != last.year else ""
            first = f"{self.start.day} {self.start:%B}{year}"
            return f"Week {self.start.isocalendar().week}: {first} – {last.day} {last:%B} {last.year}"
        return f"{self.start:%B %Y}"

    @property
    def short_title(self) -> str:
        """Its name in links to earlier and later periods: `Tue 9 Sep`, `Week 36`, `August 2025`."""
        if self.kind == "day":
            return f"{self.start:%a} {self.start.day} {self.start:%b}"
        return self.title.split(":")[0]

    @property
    def phrase(self) -> str:
        """When something was listed, in a sentence about this period."""
        return "on this day" if self.kind == "day" else f"in this {self.kind}"

    def get_absolute_url(self) -> str:
        return address(f"papers:{self.kind}", str(self))


def parse(kind: str, text: str) -> Period:
    """The period of this kind whose name in addresses is the text. Raises NoSuchPeriod."""
    pattern = {"day": r"(\d{4})-(\d{2})-(\d{2})", "week": r"(\d{4})-W(\d{2})", "month": r"(\d{4})-(\d{2})"}[kind]
    match = re.fullmatch(pattern, text, re.ASCII)
    if not match:
        raise NoSuchPeriod(f"{text} is not a date.")
    year, *numbers = map(int, match.groups())
    if year < _MIN_YEAR:
        raise NoSuchPeriod(f"No papers before {_MIN_YEAR}.")
    if year > _MAX_YEAR:
        raise NoSuchPeriod(f"{text} is in the future.")
    try:
        if kind == "week":
            return Period.week(date.fromisocalendar(year, numbers[0], 1))
        return Period.around(kind, date(year, *(numbers if kind == "day" else [*numbers, 1])))
    except ValueError:
        raise NoSuchPeriod(f"{text} is not a date.", _nearest(year, numbers, kind)) from None


def _nearest(year: int, numbers: list[int], kind: str) -> date:
    """The date nearest to a period that does not exist, by the numbers in its name."""
    if kind == "week":
        return date(year, 12, 28)  # which is always in the last ISO week of the year
    month = min(max(numbers[0], 1), 12)
    last = calendar.monthrange(year, month)[1]
    return date(year, month, min(max(numbers[-1], 1), last) if kind == "day" else 1)


def today() -> date:
    """The present UTC day."""
    return datetime.datetime.now(datetime.UTC).date()
