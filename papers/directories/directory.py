"""The orders of the directories of organisations, topics and people, and their pages."""

from django.http import HttpRequest

from lib import keyset
from lib.text import one_line
from papers.lists.list import Order, one_of
from papers.lists.pages import limit_searches
from papers.models.directory import DirectoryQuerySet

PAGE_SIZE = 50
MAX_LENGTH = 120  # characters that are searched for

OF_ORGANISATIONS = {
    "month": Order("Papers this month", ("verified", "recent_count", "organisation_id")),
    "votes": Order("Upvotes", ("verified", "vote_count", "organisation_id")),
    "followers": Order("Followers", ("verified", "follower_count", "organisation_id")),
}
OF_TOPICS = {
    "month": Order("Papers this month", ("recent_count", "paper_count", "folded")),
    "papers": Order("All papers", ("paper_count", "folded")),
    "followers": Order("Followers", ("follower_count", "paper_count", "folded")),
}
OF_PEOPLE = {
    "followers": Order("Followers", ("follower_count", "person_id")),
    "newest": Order("Newest", ("person_id",)),
}


def words_of(request: HttpRequest) -> str:
    """The words that an address of a directory searches for; "" without any."""
    return one_line(request.GET.get("q", ""))[:MAX_LENGTH]


def find(
    request: HttpRequest,
    entries: DirectoryQuerySet,
    orders: dict[str, Order],
    order: str,
    cursor: str,
    size: int = PAGE_SIZE,
) -> keyset.Page:
    """A page of these entries in this order, searched as the address says.

    Raises BadInput for an unknown order or cursor, and TooMany if the client searches too often.
    """
    if words := words_of(request):
        limit_searches(request)
        entries = entries.containing(words)
    return keyset.page(entries, orders[one_of(orders, order, "order")].columns, cursor, size)
