"""The spans of time a list can cover: a day, an ISO week, a month; `start` included, `end` not."""

import calendar
import datetime
import re
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse

from lib.templatetags.house import long_date

_MIN_YEAR, _MAX_YEAR = 1991, 2999  # arXiv's first year; far enough for now


class NoSuchPeriod(ValueError):
    """The text names no day, week or month; `nearest` is the date it may have meant, or None."""

    def __init__(self, text: str, nearest: date | None = None):
        super().__init__(f"There is no such date as {text}.")
        self.nearest = nearest


@dataclass(frozen=True)
class Period:
    kind: str
    start: date
    end: date

    @classmethod
    def day(cls, start: date) -> "Period":
        return cls("day", start, start + timedelta(days=1))

    @classmethod
    def week(cls, day: date) -> "Period":
        """The ISO week (Monday to Sunday) that holds the day."""
        start = day - timedelta(days=day.weekday())
        return cls("week", start, start + timedelta(days=7))

    @classmethod
    def month(cls, day: date) -> "Period":
        start = day.replace(day=1)
        return cls("month", start, start + timedelta(days=calendar.monthrange(day.year, day.month)[1]))

    @classmethod
    def around(cls, kind: str, day: date) -> "Period":
        return {"day": cls.day, "week": cls.week, "month": cls.month}[kind](day)

    def __str__(self) -> str:
        """As it stands in an address: 2025-09-10, 2025-W37, 2025-09."""
        if self.kind == "day":
            return self.start.isoformat()
        if self.kind == "week":
            year, week, _ = self.start.isocalendar()
            return f"{year}-W{week:02}"
        return f"{self.start:%Y-%m}"

    @property
    def title(self) -> str:
        """Spelled out, as a masthead does."""
        if self.kind == "day":
            return long_date(self.start)
        if self.kind == "week":
            last = self.end - timedelta(days=1)
            first = f"{self.start.day} {self.start:%B}" + (
                f" {self.start.year}" if self.start.year != last.year else ""
            )
            return f"Week {self.start.isocalendar().week}: {first} – {last.day} {last:%B} {last.year}"
        return f"{self.start:%B %Y}"

    @property
    def short_title(self) -> str:
        """For a link to a neighbour: `Tue 9 Sep`, `Week 36`, `August 2025`."""
        if self.kind == "day":
            return f"{self.start:%a} {self.start.day} {self.start:%b}"
        return self.title.split(":")[0]

    @property
    def phrase(self) -> str:
        return "on this day" if self.kind == "day" else f"in this {self.kind}"

    def get_absolute_url(self) -> str:
        return reverse("papers:" + self.kind, args=[str(self)])


def parse(kind: str, text: str) -> Period:
    """The period that the text names in an address. Raises NoSuchPeriod."""
    pattern = {"day": r"(\d{4})-(\d{2})-(\d{2})", "week": r"(\d{4})-W(\d{2})", "month": r"(\d{4})-(\d{2})"}[kind]
    match = re.fullmatch(pattern, text, re.ASCII)
    if not match:
        raise NoSuchPeriod(text)
    year, *rest = (int(number) for number in match.groups())
    if not _MIN_YEAR <= year <= _MAX_YEAR:
        raise NoSuchPeriod(text)
    try:
        if kind == "week":
            return Period.week(date.fromisocalendar(year, rest[0], 1))
        return Period.around(kind, date(year, *(rest if kind == "day" else [*rest, 1])))
    except ValueError:
        raise NoSuchPeriod(text, _nearest(year, rest, kind)) from None


def _nearest(year: int, rest: list[int], kind: str) -> date:
    if kind == "week":
        return date(year, 12, 28)  # always in the year's last ISO week
    month = min(max(rest[0], 1), 12)
    last = calendar.monthrange(year, month)[1]
    return date(year, month, min(max(rest[-1], 1), last) if kind == "day" else 1)


def today() -> date:
    """The UTC day: days are UTC days."""
    return datetime.datetime.now(datetime.UTC).date()
