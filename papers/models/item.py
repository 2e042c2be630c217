from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal

from django.db import models, transaction
from django.db.models import Case, Count, F, Max, Min, OuterRef, Subquery, Value, When, Window
from django.db.models.functions import Coalesce, Concat, Now, RowNumber
from django.utils import timezone

from lib import locks, statements
from lib.fractional_index import between
from lib.refusals import BadInput
from papers.models.collection import Collection
from papers.models.collectionfollow import CollectionFollow

MOST = 10_000  # of one collection, with those that were removed
KEPT_DAYS = 30  # for which what was removed can come back
# The number of an advisory lock. Who puts papers into collections shares it, and who deletes papers takes it: one locks
# collections before papers, the other papers before collections, so each would wait for the other.
PAPERS_LOCK = 0x706170657273


# PostgreSQL would read all items of the viewer's collections for an EXISTS, and makes the array once a statement.
_IS_COLLECTED = """
    coalesce((
        SELECT true FROM papers_item
        WHERE paper_id = papers_paper.id AND removed_at IS NULL AND collection_id = ANY (ARRAY ({kept}))
        LIMIT 1
    ), false)
"""
_WRITE_FIRST_NOTES = """
    UPDATE papers_item item SET note = given.note
    FROM unnest(%(papers)s::bigint[], %(notes)s::text[]) given (paper, note)
    WHERE collection_id = %(collection)s AND paper_id = given.paper AND item.note = '' AND removed_at IS NULL
    RETURNING paper_id
"""


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
    """Verbs take papers by their ids, and lock the collections that they change.

    They raise NotAllowed for an actor who may not change these, and Gone for a collection that was deleted.
    """

    def exists_sql(self, viewer: str) -> str:
        """The condition that a collection which the viewer may change has the paper, as `MarkManager.exists_sql`."""
        return _IS_COLLECTED.format(kept=Collection.objects.kept_by_sql(viewer))

    @transaction.atomic
    def add(self, actor, collection: Collection, papers: Sequence[int]) -> int:
        """Put papers at the end, one after the other; return how many of them were not in the collection.

        One that was removed comes back to its place with its note. Raises BadInput if there would be too many.
        """
        _lock_to_add(actor, collection)
        items = self.filter(collection=collection)
        restored = items.removed().filter(paper__in=papers).update(removed_at=None)
        present = set(items.filter(paper__in=papers).values_list("paper", flat=True))
        new = [paper for paper in papers if paper not in present]
        if items.count() + len(new) > MOST:
            raise BadInput(f"“{collection}” would have more than {MOST:,} papers, which is the maximum.")
        place, rows = items.lowest(), []
        for paper in new:
            place = between(None, place)
            rows.append(Item(collection=collection, paper_id=paper, position=place))
        self.bulk_create(rows)
        return self._count(actor, collection, restored + len(new), "put {papers} into {collection}")

    @transaction.atomic
    def remove(self, actor, collection: Collection, papers: Sequence[int]) -> int:
        """Take papers out; return how many of them were in the collection.

        Their notes and places are kept for KEPT_DAYS, in which `add` brings them back.
        """
        collection.lock_to_change(actor)
        removed = self.kept().filter(collection=collection, paper__in=papers).update(removed_at=timezone.now())
        self._count(actor, collection, -removed, "took {papers} out of {collection}")
        return removed

    @transaction.atomic
    def move(self, actor, collection: Collection, paper: int, where: str, other: int | None = None) -> None:
        """Move a paper to the `top` or the `bottom`, or `above` or `below` the paper with the id `other`.

        Only this item's place is written. Raises BadInput if the other paper is not in the collection.
        """
        collection.lock_to_change(actor)
        others = self.filter(collection=collection).exclude(paper=paper)  # removed ones, too, keep their places
        position = _POSITIONS[where](others, other)
        self.kept().filter(collection=collection, paper=paper).update(position=position)
        collection.count_items(0)

    @transaction.atomic
    def transfer(self, actor, source: Collection, target: Collection, papers: Sequence[int]) -> int:
        """Move papers with their notes to the end of another collection; return how many were in the first one.

        Nothing happens if both are the same collection. Raises NotAllowed for what moderators hold.
        """
        _lock_to_add(actor, source, target)
        if source == target:
            return 0
        source.demand_released()
        notes = dict(self.kept().filter(collection=source, paper__in=papers).values_list("paper", "note"))
        moved = [paper for paper in papers if paper in notes]
        self.add(actor, target, moved)
        old_note = Subquery(self.filter(collection=source, paper=OuterRef("paper")).values("note")[:1])
        noted = self.filter(collection=target, paper__in=[paper for paper in moved if notes[paper]])
        both = Concat(F("note"), Value("\n\n", models.TextField()), old_note)
        noted.exclude(note=old_note).update(note=Case(When(note="", then=old_note), default=both))
        self.remove(actor, source, moved)
        return len(moved)

    @transaction.atomic
    def merge(self, actor, source: Collection, target: Collection) -> int:
        """Move all papers and followers of a collection to another one, and delete the first; return how many papers.

        Raises BadInput for a collection and itself, and NotAllowed for one that moderators hold.
        """
        _lock_to_add(actor, source, target)
        if source == target:
            raise BadInput("A collection can't be merged into itself.")
        source.demand_released()
        papers = self.kept().filter(collection=source).order_by("-position").values_list("paper", flat=True)
        moved = self.transfer(actor, source, target, list(papers))
        CollectionFollow.objects.move(source, target)
        source.end(actor)
        return moved

    def first_of(self, collections: Iterable[int], count: int) -> dict[int, list["Item"]]:
        """The first items of each of these collections (ids), with their papers. One statement."""
        place = Window(RowNumber(), partition_by="collection", order_by=F("position").desc())
        items = self.kept().filter(collection__in=collections).annotate(place=place).filter(place__lte=count)
        first = defaultdict(list)
        for item in items.select_related("paper__organisation").order_by("collection", "place"):
            first[item.collection_id].append(item)
        return first

    @transaction.atomic
    def write_note(self, actor, collection: Collection, paper: int, note: str, was: str) -> str | None:
        """Write the note if it is still what it `was`, and return None; else change nothing and return what it is."""
        collection.lock_to_change(actor)
        items = self.kept().filter(collection=collection, paper=paper)
        if items.filter(note__in=(was, note)).update(note=note):
            collection.count_items(0)
            return None
        return items.values_list("note", flat=True).first() or ""

    @transaction.atomic
    def write_first_notes(self, actor, collection: Collection, notes: dict[int, str]) -> int:
        """Write these notes, by the ids of papers, where a paper in the collection has none; return on how many."""
        collection.lock_to_change(actor)
        params = {"collection": collection.pk, "papers": [*notes], "notes": [*notes.values()]}
        written = len(statements.rows(_WRITE_FIRST_NOTES, params))
        if written:
            collection.count_items(0)
        return written

    def lock_collections_of(self, papers: Iterable[int]) -> list[int]:
        """Lock the collections that have one of these papers until the transaction ends; return their ids."""
        return Collection.objects.filter(pk__in=self.filter(paper__in=papers).values("collection")).lock()

    def recount(self, collections: Iterable[int]) -> None:
        """Bring `paper_count` of these collections, which must be locked, in line with their items."""
        kept = self.kept().filter(collection=OuterRef("pk")).order_by().values("collection").values(n=Count("*"))
        rows = Collection.objects.filter(pk__in=collections)
        rows.update(paper_count=Coalesce(Subquery(kept), 0), updated_at=Now())

    def forget_removed(self) -> None:
        """Delete what was removed more than KEPT_DAYS ago."""
        self.filter(removed_at__lt=timezone.now() - timedelta(days=KEPT_DAYS)).delete()

    def _count(self, actor, collection: Collection, added: int, text: str) -> int:
        """Count this many more items, write that into the log of the collection's owner, and return their number."""
        if added:
            papers = f"{abs(added)} paper{'s' if abs(added) > 1 else ''}"
            collection.count_items(added)
            collection.record(actor, text.format(papers=papers, collection=collection.log_name))
        return added


def _lock_to_add(actor, *collections: Collection) -> None:
    """Lock them in the order of their ids, so that no two transactions wait for each other; no paper is deleted."""
    locks.share(PAPERS_LOCK)
    for collection in sorted(collections, key=lambda collection: collection.pk):
        collection.lock_to_change(actor)


def _above(items: ItemQuerySet, other: int) -> Decimal:
    place = _place(items, other)
    return between(place, items.filter(position__gt=place).lowest())


def _below(items: ItemQuerySet, other: int) -> Decimal:
    place = _place(items, other)
    return between(items.filter(position__lt=place).highest(), place)


def _place(items: ItemQuerySet, paper: int) -> Decimal:
    place = items.kept().filter(paper=paper).values_list("position", flat=True).first()
    if place is None:
        raise BadInput("The paper next to the new place is no longer in the collection. Reload the page.")
    return place


_POSITIONS = {
    "top": lambda items, _: between(items.highest(), None),
    "bottom": lambda items, _: between(None, items.lowest()),
    "above": _above,
    "below": _below,
}


class Item(models.Model):
    """A paper in a collection. The higher its `position`, the further up it is; no two have the same."""

    pk = models.CompositePrimaryKey("collection", "paper")
    collection = models.ForeignKey(Collection, models.CASCADE, related_name="items")
    paper = models.ForeignKey("papers.Paper", models.CASCADE, related_name="items", db_index=False)
    position = models.DecimalField()
    note = models.TextField(blank=True, max_length=2_000)
    added_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = ItemManager()

    class Meta:
        indexes = [models.Index(fields=["paper", "collection"], name="item_of_paper")]
        constraints = [models.UniqueConstraint("collection", "position", name="item_place_once")]
