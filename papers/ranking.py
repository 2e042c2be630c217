"""The hot formula, once, as Python and as SQL.

    hot = log10(1 + votes + ½ · comments) + listed_at / 172 800 s

A paper needs ten times the points to stand level with one that was listed two days later. The value depends on
the row alone, so the database keeps it as a generated column and no clock ever has to recompute it. The shape is
Lobsters' and Reddit's "hot", with a slower clock: papers age slower than links.
"""

import math
from dataclasses import dataclass

from django.db.models import F, FloatField, Func

DECAY_SECONDS = 172_800


def points(votes: int, comments: int) -> float:
    return 1 + votes + comments / 2


def hot(votes: int, comments: int, listed_at) -> float:
    """The value of the generated column `Paper.hot`, for an aware datetime."""
    return math.log10(points(votes, comments)) + lowest(listed_at)


def lowest(listed_at) -> float:
    """The least that `hot` can be for a paper listed at this moment (an aware datetime)."""
    return listed_at.timestamp() / DECAY_SECONDS


def highest(listed_at) -> float:
    """More than `hot` can be for a paper listed at this moment: counters of 31 bits make less than 10¹⁰ points."""
    return lowest(listed_at) + 10


class _Log10(Func):
    template = "LOG((%(expressions)s)::double precision)"


class _Epoch(Func):
    # An epoch of a timestamptz is not immutable to PostgreSQL, that of its UTC wall clock is.
    template = "EXTRACT(EPOCH FROM (%(expressions)s) AT TIME ZONE 'UTC')::double precision"


HOT = _Log10(1 + F("vote_count") + F("comment_count") / 2.0, output_field=FloatField()) + (
    _Epoch("listed_at", output_field=FloatField()) / float(DECAY_SECONDS)
)


@dataclass(frozen=True)
class Explanation:
    """Why a paper stands where it does: its place in its day (from 1), and the terms of its `hot`."""

    place: int
    of: int
    votes: int
    comments: int
    points: float
    interest: float
    freshness: float
    hot: float


def explain(paper) -> Explanation:
    """The terms of the formula for one paper, and its place in its day."""
    place, of = paper.standing()
    total = points(paper.vote_count, paper.comment_count)
    return Explanation(
        place=place,
        of=of,
        votes=paper.vote_count,
        comments=paper.comment_count,
        points=total,
        interest=math.log10(total),
        freshness=lowest(paper.listed_at),
        hot=paper.hot,
    )
