"""Counts as small charts: a bar a month (a bar a year where months would be too many), or a bar for each name."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.core.cache import caches
from django.core.cache.utils import make_template_fragment_key

from lib.text import fold
from papers.models import Paper
from papers.period import today

MOST_MONTHS = 60
FEWEST_BARS = 12  # so that a young topic's are not fat; the first ones are empty then
KEPT_SECONDS = 3600


@dataclass(frozen=True)
class Bar:
    name: str
    count: int
    url: str = ""


@dataclass(frozen=True)
class Chart:
    """`what` is counted, in the plural."""

    what: str
    bars: list[Bar]

    @property
    def filled(self) -> list[Bar]:
        return [bar for bar in self.bars if bar.count]

    @property
    def peak(self) -> Bar:
        return max(self.bars, key=lambda bar: bar.count)


@dataclass(frozen=True)
class Months(Chart):
    """Without a gap: a month or a year with nothing has a bar of 0. The last one is unfinished while it lasts."""

    unit: str
    is_unfinished: bool
    bar_width = 0.8  # of the room that a month or a year has

    @property
    def total(self) -> int:
        return sum(bar.count for bar in self.bars)

    @property
    def caption(self) -> str:
        return f"{self.total:,} {self.what}, by {self.unit}"

    @property
    def summary(self) -> str:
        since, peak = self.filled[0].name, self.peak
        return f"{self.total:,} {self.what} since {since}; most in {peak.name}: {peak.count:,}"

    @property
    def width(self) -> float:
        """Of the drawing, where a bar and the gap after it are 1 wide; the last bar has none."""
        return len(self.bars) - 1 + self.bar_width

    @property
    def peak_label(self) -> dict:
        """Where it stands, in percent of the width: flush with its bar, on the side that has room."""
        place = self.bars.index(self.peak)
        if place < self.width / 2:
            return {"x": 100 * place / self.width, "anchor": "start"}
        return {"x": 100 * (place + self.bar_width) / self.width, "anchor": "end"}


@dataclass(frozen=True)
class Ranking(Chart):
    """The most frequent first, each lying under its name."""

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
        """Each bar, where it begins from above in em, and its length in percent of the width."""
        for place, bar in enumerate(self.bars):
            yield bar, self.row_height * place, 100 * bar.count / self.peak.count


def of_topic(topic: str) -> Months | None:
    """Kept for an hour, since the papers of a big topic take a while to count."""
    key = make_template_fragment_key("growth", [fold(topic), today()])
    return caches["pages"].get_or_set(key, lambda: draw(Paper.objects.about(topic).by_month()), KEPT_SECONDS)


def draw(months: Iterable[tuple[date, int]], what: str = "papers") -> Months | None:
    """The chart of these (month, count), in the order of time. None for fewer than two: one bar tells nothing."""
    numbers = [(_number(month), count) for month, count in months]
    if len(numbers) < 2:
        return None
    step = 1 if numbers[-1][0] - numbers[0][0] < MOST_MONTHS else 12
    counts = Counter()
    for number, count in numbers:
        counts[number // step] += count
    first, last = min(counts), max(counts)
    bars = [Bar(_name(n * step, step), counts[n]) for n in range(min(first, last - FEWEST_BARS + 1), last + 1)]
    return Months(what, bars, "month" if step == 1 else "year", last == _number(today()) // step)


def _number(month: date) -> int:
    return 12 * month.year + month.month - 1


def _name(number: int, step: int) -> str:
    first = date(number // 12, number % 12 + 1, 1)
    return f"{first:%B %Y}" if step == 1 else f"{first:%Y}"
