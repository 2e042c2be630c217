from django.urls import reverse

from papers.lists import catalogue
from papers.lists.list import List, Order, Privacy, signed_in
from papers.models import Collection, Paper
from papers.models.item import MOST


@catalogue.entry("papers:collection")
def collection(key: str, row: Collection | None = None) -> List:
    """A collection's papers in its own order, each with its note.

    `row` is the collection, where it has been read for this viewer: then PostgreSQL knows how many papers to expect.
    """

    def readable(viewer):
        return Collection.objects.open_to(viewer).filter(key=key)

    return List(
        reverse("papers:collection", args=[key]),
        lambda viewer: readable(viewer).values_list("name", flat=True),
        lambda viewer: Paper.objects.collected_in(row or readable(viewer).values("pk")[:1]),
        order="collected",
        own_orders={"collected": Order("As arranged", ("place", "id"))},
        since="added_at",
        privacy=Privacy.HIDEABLE,
        export_limit=MOST,
    )


@catalogue.entry("papers:bookmarks")
def bookmarks() -> List:
    """The viewer's bookmarks, the last saved first."""
    return List(
        reverse("papers:bookmarks"),
        "Bookmarks",
        lambda viewer: Paper.objects.saved_by(signed_in(viewer)),
        order="saved",
        own_orders={"saved": Order("Last saved", ("saved_at", "id"))},
        since="saved_at",
        privacy=Privacy.PRIVATE,
        no_letter="Bookmarks have no email digest, because you added them yourself.",
    )
