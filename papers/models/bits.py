"""What a list and a paper's page say of a paper to its viewer alone, each a bit."""

from collections.abc import Callable
from functools import cache

from papers.models.item import Item
from papers.models.mark import marks


@cache
def bits() -> dict[str, Callable[[str], str]]:
    """The attributes of a paper that say whether the viewer has marked and collected it, and whether the vote counts.

    Each has the function that makes its condition for statements that are written by hand of the placeholder of the
    viewer's id. A card is cached under the bits.
    """
    of_marks = {bit: sql for mark in marks() for bit, sql in mark.objects.bits().items()}
    return of_marks | {"collected": Item.objects.exists_sql}
