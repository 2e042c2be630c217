"""The formula of `hot`, in Python and in SQL.

    hot = log10(1 + votes + ½ · comments) + listed_at / 172 800 s

A paper needs ten times the points to rank as high as one that was listed two days later. The value depends on the row
alone, so the database stores it as a generated column, and it never has to be recomputed. The formula is that of
Reddit's and Lobsters' "hot" with a slower decay, since papers age slower than links.
"""

import math
from dataclasses import dataclass

from django.db.models import F, FloatField, Func

DECAY_SECONDS = 172_800


def points(votes: int, comments: int) -> float:
    """The points of a paper, at least 1: the argument of the logarithm."""
    return 1 + votes + comments / 2


def hot(votes: int, comments: int, listed_at) -> float:
    """The value of the generated column `Paper.hot`; `listed_at` is an aware datetime."""
    return math.log10(points(votes, comments)) + min_hot(listed_at)


def min_hot(listed_at) -> float:
    """The lower bound of `hot` for papers listed at this aware datetime."""
    return listed_at.timestamp() / DECAY_SECONDS


def max_hot(listed_at) -> float:
    """An upper bound of `hot` for papers listed at this aware datetime: 31-bit counters make less than 10¹⁰ points."""
    return min_hot(listed_at) + 10


class _Log10(Func):
    template = "LOG((%(expressions)s)::double precision)"


class _Epoch(Func):
    # PostgreSQL allows immutable expressions only: the epoch of a timestamptz is not one, that of a UTC timestamp is.
    template = "EXTRACT(EPOCH FROM (%(expressions)s) AT TIME ZONE 'UTC')::double precision"


HOT = _Log10(1 + F("vote_count") + F("comment_count") / 2.0, output_field=FloatField()) + (
    _Epoch("listed_at", output_field=FloatField()) / float(DECAY_SECONDS)
)


@dataclass(frozen=True)
class Explanation:
    """Why a paper ranks where it does: its place by upvotes among the papers of its day, and the terms of `hot`."""

    place: int
    paper_count: int
    votes: int
    comments: int
    points: float
    interest: float
    freshness: float
    hot: float


def explain(paper) -> Explanation:
    """The explanation for one paper."""
    place, paper_count = paper.standing()
    total = points(paper.vote_count, paper.comment_count)
    return Explanation(
        place=place,
        paper_count=paper_count,
        votes=paper.vote_count,
        comments=paper.comment_count,
        points=total,
        interest=math.log10(total),
        freshness=min_hot(paper.listed_at),
        hot=paper.hot,
    )
