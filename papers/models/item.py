from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal

from django.db import models, transaction
from django.db.models import Case, F, Max, Min, OuterRef, Subquery, Value, When, Window
from django.db.models.functions import Concat, RowNumber
from django.utils import timezone

from lib.fractional_index import between
from lib.refusals import BadInput
from papers.models.collection import Collection
from papers.models.collectionfollow import CollectionFollow

MOST = 10_000  # of one collection, with those that were removed
KEPT_DAYS = 30  # for which what was removed can come back


class ItemQuerySet(models.QuerySet):
    def kept(self):
        return self.filter(removed_at=None)

    def removed(self):
        return self.exclude(removed_at=None)

    def lowest(self) -> Decimal | None:
        return self.aggregate(place=Min("position"))["place"]

    def highest(self) -> Decimal | None:
        return self.aggregate(place=Max("position"))["place"]


class ItemManager(models.Manager.from_queryset(ItemQuerySet)):
    """Its verbs take papers by their keys, and one collection changes in one place at a time."""

    @transaction.atomic
    def add(self, collection: Collection, papers: Sequence[int], by) -> int:
        """Put papers at the end, one after the other, and say how many were not there. Twice is once.

        One that was removed is there again as it was. Raises BadInput if there would be too many.
        """
        Collection.objects.hold(collection)
        items = self.filter(collection=collection)
        back = items.removed().filter(paper__in=papers).update(removed_at=None)
        known = set(items.filter(paper__in=papers).values_list("paper", flat=True))
        fresh = [paper for paper in papers if paper not in known]
        if items.count() + len(fresh) > MOST:
            raise BadInput(f"“{collection}” would have more than {MOST:,} papers, which is as many as there can be.")
        place, rows = items.lowest(), []
        for paper in fresh:
            place = between(None, place)
            rows.append(Item(collection=collection, paper_id=paper, position=place))
        self.bulk_create(rows)
        return self._tell(by, collection, back + len(fresh), "put {papers} into {collection}")

    @transaction.atomic
    def remove(self, collection: Collection, papers: Sequence[int], by) -> int:
        """Take papers out; how many were in. Note and place are kept for `add`, KEPT_DAYS long."""
        Collection.objects.hold(collection)
        gone = self.kept().filter(collection=collection, paper__in=papers).update(removed_at=timezone.now())
        self._tell(by, collection, -gone, "took {papers} out of {collection}")
        return gone

    @transaction.atomic
    def move(self, collection: Collection, paper: int, where: str, other: int | None = None) -> None:
        """To the `top` or the `bottom`, `above` or `below` another paper: writes this item's place and no other.

        Raises BadInput if the other one is not in the collection.
        """
        Collection.objects.hold(collection)
        others = self.filter(collection=collection).exclude(paper=paper)  # the removed ones, too, hold their places
        position = _PLACES[where](others, other)
        self.kept().filter(collection=collection, paper=paper).update(position=position)
        collection.moved(0)

    @transaction.atomic
    def transfer(self, source: Collection, target: Collection, papers: Sequence[int], by) -> int:
        """Move papers with their notes to the end of another collection; how many were in the first one."""
        Collection.objects.hold(source, target)
        notes = dict(self.kept().filter(collection=source, paper__in=papers).values_list("paper", "note"))
        moved = [paper for paper in papers if paper in notes]
        self.add(target, moved, by)
        theirs = Subquery(self.filter(collection=source, paper=OuterRef("paper")).values("note")[:1])
        told = self.filter(collection=target, paper__in=[paper for paper in moved if notes[paper]])
        both = Concat(F("note"), Value("\n\n", models.TextField()), theirs)
        told.exclude(note=theirs).update(note=Case(When(note="", then=theirs), default=both))
        self.remove(source, moved, by)
        return len(moved)

    @transaction.atomic
    def merge(self, source: Collection, target: Collection, by) -> int:
        """All papers of a collection go to the end of another one, in their order; then the first is no more."""
        papers = self.kept().filter(collection=source).order_by("-position").values_list("paper", flat=True)
        moved = self.transfer(source, target, list(papers), by)
        CollectionFollow.objects.move(source, target)
        source.end(by)
        return moved

    def first_of(self, collections: Iterable[int], count: int) -> dict[int, list["Item"]]:
        """The first papers of each of these collections (keys), with the papers. One statement."""
        place = Window(RowNumber(), partition_by="collection", order_by=F("position").desc())
        items = self.kept().filter(collection__in=collections).annotate(place=place).filter(place__lte=count)
        first = defaultdict(list)
        for item in items.select_related("paper__organisation").order_by("collection", "place"):
            first[item.collection_id].append(item)
        return first

    @transaction.atomic
    def annotate_with(self, collection: Collection, paper: int, note: str, was: str) -> str | None:
        """Write the note if it is still what it `was`; else change nothing, and return what it is now."""
        Collection.objects.hold(collection)
        items = self.kept().filter(collection=collection, paper=paper)
        if items.filter(note__in=(was, note)).update(note=note):
            collection.moved(0)
            return None
        return items.values_list("note", flat=True).first() or ""

    def _tell(self, by, collection: Collection, more: int, text: str) -> int:
        """The collection counts so many more, and its owner's log says so; returns their number."""
        if more:
            papers = f"{abs(more)} paper{'s' if abs(more) > 1 else ''}"
            collection.moved(more)
            collection.tell(by, text.format(papers=papers, collection=collection.as_told))
        return more

    def forget_removed(self) -> None:
        """What was removed KEPT_DAYS ago can't come back with note and place any more."""
        self.filter(removed_at__lt=timezone.now() - timedelta(days=KEPT_DAYS)).delete()


def _above(items: ItemQuerySet, other: int) -> Decimal:
    place = _place(items, other)
    return between(place, items.filter(position__gt=place).lowest())


def _below(items: ItemQuerySet, other: int) -> Decimal:
    place = _place(items, other)
    return between(items.filter(position__lt=place).highest(), place)


def _place(items: ItemQuerySet, paper: int) -> Decimal:
    place = items.kept().filter(paper=paper).values_list("position", flat=True).first()
    if place is None:
        raise BadInput(
            "The paper that this one should stand beside is not in the collection any more. Reload the page."
        )
    return place


_PLACES = {
    "top": lambda items, _: between(items.highest(), None),
    "bottom": lambda items, _: between(None, items.lowest()),
    "above": _above,
    "below": _below,
}


class Item(models.Model):
    """A paper in a collection. The higher its `position`, the further up it stands; no two have the same."""

    pk = models.CompositePrimaryKey("collection", "paper")
    collection = models.ForeignKey(Collection, models.CASCADE, related_name="items")
    paper = models.ForeignKey("papers.Paper", models.CASCADE, related_name="items")
    position = models.DecimalField()
    note = models.TextField(blank=True, max_length=2_000)
    added_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = ItemManager()

    class Meta:
        constraints = [models.UniqueConstraint("collection", "position", name="item_place_once")]
