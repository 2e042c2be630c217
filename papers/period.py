"""Days, ISO weeks and months, as the lists of papers by time have them.

A paper is on the list of the UTC day of its `listed_at`. When the present day turns over is a setting: DAY_TIME_ZONE
and DAY_TURNS_AT, the hour at which a new day begins. From noon on, it is the next calendar day that begins then.
"""

import calendar
import datetime
import re
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from lib.addresses import address
from lib.templatetags.house import long_date

_MIN_YEAR, _MAX_YEAR = 1991, 2999  # arXiv began in 1991
NOON = 12  # o'clock


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
    """The present day of the site."""
    return day_of(datetime.datetime.now(datetime.UTC))


def day_of(moment: datetime.datetime) -> date:
    """The day of the site at this moment."""
    return (moment.astimezone(_zone()).replace(tzinfo=None) - _shift()).date()


def beginning_of(day: date) -> datetime.datetime:
    """The moment at which this day of the site begins, in its time zone."""
    return (datetime.datetime.combine(day, datetime.time.min) + _shift()).replace(tzinfo=_zone())


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.DAY_TIME_ZONE)


def _shift() -> timedelta:
    """How long after midnight a day begins; negative if it begins in the evening before."""
    hour = settings.DAY_TURNS_AT
    return timedelta(hours=hour if hour < NOON else hour - 24)
