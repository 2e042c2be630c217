"""Collections as tests need them."""

from papers.models import Collection, Item, Paper


def shelf(owner, name="Autumn", papers=(), **told) -> Collection:
    collection = Collection.objects.begin(owner, name, **told)
    Item.objects.add(collection, [paper.pk for paper in papers], None)
    collection.refresh_from_db()
    return collection


def order(collection) -> list[str]:
    kept = Paper.objects.collected_in(collection).order_by("-place")
    return list(kept.values_list("title", flat=True))
