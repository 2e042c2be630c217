"""Finds the first rows of papers that match several conditions.

PostgreSQL misjudges how many papers match several conditions together, and so how to find them. If they are frequent,
a walk along the order's index soon finds them. If they are rare, the keys of those that match are collected by the
indexes of the conditions, and these papers are sorted. The first papers of the order tell which it is.
"""

from collections.abc import Sequence
from math import inf

from django.core.exceptions import EmptyResultSet
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

TESTED = (4, 64)  # papers for each wanted row that are tested, while the last number is likely to suffice
MAX_COLLECTED = 6_000


def first(papers, matching, viewer, columns, *, order: Sequence[str], after: Sequence, limit: int):
    """The rows of those of these papers that match, as `matching.rows` returns them."""
    page = {"order": order, "after": after, "limit": limit}
    is_own = any(name in papers.query.annotations for name in order)  # so that only the list has an index
    walked = papers if is_own else papers.model.objects.all()
    most = MAX_COLLECTED
    for tested in (times * limit for times in TESTED):
        if tested > MAX_COLLECTED:
            break
        rows = matching.walk(walked, viewer, columns, tested=tested, **page)
        if len(rows) == limit:
            return rows
        if len(rows) * TESTED[-1] < tested:
            break
        most = min(most, tested * limit // len(rows))  # as many as are tested until there are enough rows
    try:
        keys = matching.keys_of_few(most)
    except EmptyResultSet:
        return []
    if keys is None:
        return matching.walk(walked, viewer, columns, **page)
    collected = RawSQL("papers_paper.id = ANY(%s)", [keys], BooleanField())
    return (papers if papers.query.annotations else walked).filter(collected).rows(viewer, columns, **page)


def count(matching, limit: int) -> float:
    """How many papers match; infinite if they are more than `limit`."""
    try:
        keys = matching.keys_of_few(limit)
    except EmptyResultSet:
        return 0
    return inf if keys is None else len(keys)
