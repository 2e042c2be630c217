"""Who keeps a paper: by a bookmark, or in a collection of their own."""

from collections.abc import Iterator

from papers.models import Bookmark, Item, Paper


def of(papers: list[int]) -> Iterator[tuple[int, Paper]]:
    """Each person's id with each paper kept, once. Two statements."""
    bookmarked = Bookmark.objects.filter(paper__in=papers).values_list("user", "paper")
    collected = Item.objects.kept().filter(paper__in=papers, collection__user__isnull=False)
    rows = Paper.objects.in_bulk(papers)
    for user, paper in bookmarked.union(collected.values_list("collection__user", "paper")):
        if paper in rows:
            yield user, rows[paper]
