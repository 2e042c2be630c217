"""The formulas of the ranking, in Python and in SQL.

    hot = log10(1 + votes + ½ · discussion) + listed_at / 172 800 s

`discussion` is the number of people who commented on the paper here and are not its authors, and the number of comments
that its source counted, whose authors are not imported. So nobody lifts a paper by writing much.
A paper needs ten times the points to rank as high as one that was listed two days later. The value depends on the row
alone, so the database stores it as a generated column, and it never has to be recomputed. The formula is that of
Reddit's and Lobsters' "hot" with a slower decay, since papers age slower than links.
"""

import math
from dataclasses import dataclass

from django.db.models import F, FloatField, Func

DECAY_SECONDS = 172_800


def points(votes: int, discussion: int) -> float:
    """The points of a paper, at least 1: the argument of the logarithm."""
    return 1 + votes + discussion / 2


def hot(votes: int, discussion: int, listed_at) -> float:
    """The value of the generated column `Paper.hot`; `listed_at` is an aware datetime."""
    return math.log10(points(votes, discussion)) + min_hot(listed_at)


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


DISCUSSION = F("commenter_count") + F("imported_comments")
HOT = _Log10(1 + F("vote_count") + DISCUSSION / 2.0, output_field=FloatField()) + (
    _Epoch("listed_at", output_field=FloatField()) / float(DECAY_SECONDS)
)

Z = 1.281551565545  # of a normal distribution: a confidence of 80 %


def wilson_bound(votes: int) -> float:
    """The lower bound of the Wilson score interval (Wilson 1927) of the share of upvotes, if all opinions are upvotes.

    For `n` opinions with the share `p` of upvotes it is

        (p + z² / 2n − z √((p (1 − p) + z² / 4n) / n)) / (1 + z² / n)

    and for p = 1 that is n / (n + z²). Comments have no downvotes.
    """
    return votes / (votes + Z * Z)


class WilsonBound(Func):
    """`wilson_bound` of a column of upvotes."""

    template = f"((%(expressions)s) / ((%(expressions)s) + {Z * Z}::double precision))"


@dataclass(frozen=True)
class Explanation:
    """Why a paper ranks where it does: its place by upvotes among the papers of its day, and the terms of `hot`."""

    place: int
    paper_count: int
    votes: int
    commenters: int
    imported_comments: int
    points: float
    interest: float
    freshness: float
    hot: float


def explain(paper, place: int, paper_count: int) -> Explanation:
    """The explanation for one paper, which has this place among this many papers."""
    total = points(paper.vote_count, paper.discussion)
    return Explanation(
        place=place,
        paper_count=paper_count,
        votes=paper.vote_count,
        commenters=paper.commenter_count,
        imported_comments=paper.imported_comments,
        points=total,
        interest=math.log10(total),
        freshness=min_hot(paper.listed_at),
        hot=paper.hot,
    )
