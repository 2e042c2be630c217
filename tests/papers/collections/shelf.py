"""Collections as tests need them."""

from accounts.models import User
from papers.models import Collection, Item, Paper


def shelf(owner, name="Autumn", papers=(), **fields) -> Collection:
    by = owner if isinstance(owner, User) else owner.memberships.owners().get().user
    collection = Collection.objects.begin(by, owner, name, **fields)
    Item.objects.add(by, collection, [paper.pk for paper in papers])
    collection.refresh_from_db()
    return collection


def order(collection) -> list[str]:
    kept = Paper.objects.collected_in(collection).order_by("-place")
    return list(kept.values_list("title", flat=True))
