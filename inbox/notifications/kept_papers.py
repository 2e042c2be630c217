from collections.abc import Iterator

from papers.models import Bookmark, Item, Paper


def by_user(pks: list[int]) -> Iterator[tuple[int, Paper]]:
    """The users (ids) who have bookmarked these papers or put them into a collection of their own, with each paper.

    Each pair comes once. It takes two statements.
    """
    bookmarked = Bookmark.objects.filter(paper__in=pks).values_list("user", "paper")
    collected = Item.objects.kept().filter(paper__in=pks, collection__user__isnull=False)
    papers = Paper.objects.in_bulk(pks)
    for user_id, pk in bookmarked.union(collected.values_list("collection__user", "paper")):
        if pk in papers:
            yield user_id, papers[pk]
