"""Data of small charts: a bar for each month, year or name, and the archive's calendars with a square for each day."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.core.cache import caches
from django.core.cache.utils import make_template_fragment_key

from lib.words import fold
from papers.models import Day, Paper
from papers.period import today

MAX_MONTHS = 60  # with a bar for each; longer times have a bar for each year
MIN_BARS = 12  # of a chart by time; the first ones may be empty
CACHE_SECONDS = 3_600
CELL = 13  # px from one square of a calendar to the next
LEVELS = 4  # shades of the squares


@dataclass(frozen=True)
class Bar:
    name: str
    count: int
    url: str = ""


@dataclass(frozen=True)
class Chart:
    """Bars that show how many of something there are; `noun` names it in the plural."""

    noun: str
    bars: list[Bar]

    @property
    def filled(self) -> list[Bar]:
        return [bar for bar in self.bars if bar.count]

    @property
    def peak(self) -> Bar:
        return max(self.bars, key=lambda bar: bar.count)


@dataclass(frozen=True)
class TimeChart(Chart):
    """A bar for each `unit` ("month" or "year") without a gap, in the order of time.

    `is_unfinished`: the last unit is not over yet.
    """

    unit: str
    is_unfinished: bool
    bar_width = 0.8  # of the distance between the beginnings of two bars

    @property
    def total(self) -> int:
        return sum(bar.count for bar in self.bars)

    @property
    def caption(self) -> str:
        return f"{self.total:,} {self.noun}, by {self.unit}"

    @property
    def summary(self) -> str:
        since, peak = self.filled[0].name, self.peak
        return f"{self.total:,} {self.noun} since {since}; most in {peak.name}: {peak.count:,}"

    @property
    def width(self) -> float:
        """The width of the drawing, in which two bars begin 1 apart."""
        return len(self.bars) - 1 + self.bar_width

    @property
    def peak_label(self) -> dict:
        """The x of the label in percent of the width, and its anchor: an edge of its bar, on the side that has room."""
        index = self.bars.index(self.peak)
        if index < self.width / 2:
            return {"x": 100 * index / self.width, "anchor": "start"}
        return {"x": 100 * (index + self.bar_width) / self.width, "anchor": "end"}


@dataclass(frozen=True)
class RankingChart(Chart):
    """Horizontal bars under their names, the longest first."""

    caption: str
    row_height = 2.4  # em

    @property
    def summary(self) -> str:
        return "; ".join(f"{bar.name}: {bar.count:,}" for bar in self.bars)

    @property
    def height(self) -> float:
        return self.row_height * len(self.bars)

    @property
    def rows(self) -> Iterator[tuple[Bar, float, float]]:
        """Each bar with its y in em and its length in percent of the width."""
        for index, bar in enumerate(self.bars):
            yield bar, self.row_height * index, 100 * bar.count / self.peak.count


def topic_chart(topic: str) -> TimeChart | None:
    """The chart of a topic's papers by time. It is cached, since the papers of a big topic take long to count."""
    key = make_template_fragment_key("growth", [fold(topic), today()])
    return caches["pages"].get_or_set(key, lambda: time_chart(Paper.objects.about(topic).by_month()), CACHE_SECONDS)


def time_chart(months: Iterable[tuple[date, int]], noun: str = "papers") -> TimeChart | None:
    """The chart of these counts by month, which come in the order of time. None for fewer than two months."""
    numbers = [(_month_number(month), count) for month, count in months]
    if len(numbers) < 2:
        return None
    step = 1 if numbers[-1][0] - numbers[0][0] < MAX_MONTHS else 12
    counts = Counter()
    for number, count in numbers:
        counts[number // step] += count
    first, last = min(counts), max(counts)
    bars = [Bar(_name(n * step, step), counts[n]) for n in range(min(first, last - MIN_BARS + 1), last + 1)]
    return TimeChart(noun, bars, "month" if step == 1 else "year", last == _month_number(today()) // step)


def _month_number(month: date) -> int:
    return 12 * month.year + month.month - 1


def _name(month_number: int, step: int) -> str:
    first = date(month_number // 12, month_number % 12 + 1, 1)
    return f"{first:%B %Y}" if step == 1 else f"{first:%Y}"


@dataclass(frozen=True)
class Square:
    """A day of a calendar. `level` is its shade, from 1 to LEVELS; `x` and `y` are in px."""

    date: date
    papers: int
    level: int
    x: int
    y: int


@dataclass(frozen=True)
class Calendar:
    """A year in columns of weeks, Monday at the top.

    `months` are the names of all months with their x in px, `filled_months` the first days of those with papers.
    """

    year: int
    papers: int
    squares: list[Square]
    months: list[tuple[str, int]]
    filled_months: list[date]

    @property
    def width(self) -> int:
        """The width of the drawing in px."""
        return (_column(date(self.year, 12, 31)) + 1) * CELL


def calendars(days: Iterable[Day]) -> list[Calendar]:
    """The calendars of these days, which come in the order of time; the newest year is first.

    The shade of a day is its number of papers in quarters of the busiest day's.
    """
    days = list(days)
    peak = max((day.paper_count for day in days), default=1)
    years = groupby(days, key=lambda day: day.date.year)
    return [_calendar(year, list(group), peak) for year, group in years][::-1]


def _calendar(year: int, days: list[Day], peak: int) -> Calendar:
    first_days = [date(year, month, 1) for month in range(1, 13)]
    squares = [
        Square(
            date=day.date,
            papers=day.paper_count,
            level=-(-LEVELS * day.paper_count // peak),
            x=_column(day.date) * CELL,
            y=day.date.weekday() * CELL,
        )
        for day in days
    ]
    return Calendar(
        year,
        papers=sum(day.paper_count for day in days),
        squares=squares,
        months=[(f"{first:%b}", _column(first) * CELL) for first in first_days],
        filled_months=sorted({day.date.replace(day=1) for day in days}),
    )


def _column(day: date) -> int:
    """The number of weeks between the one with the first of January and the one with this day."""
    first = date(day.year, 1, 1)
    return (day.timetuple().tm_yday - 1 + first.weekday()) // 7
