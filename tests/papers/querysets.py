"""What Django's QuerySets say of papers, which the statements that are written by hand are compared with."""

from django.db.models import Exists, OuterRef

from papers.models import Collection, Item, Seen, Vote
from papers.models.mark import marks


def seen_by(papers, viewer):
    """The papers with their organisation and the viewer's bits."""
    bits = {mark.bit: mark.objects.exists_for(viewer) for mark in marks()}
    if viewer.is_authenticated:
        has_row, day_is_done = Seen.objects.conditions(viewer)
        bits[Seen.bit] = has_row | day_is_done
    collected = Item.objects.kept().filter(collection__in=Collection.objects.kept_by(viewer), paper=OuterRef("pk"))
    votes = Vote.objects.filter(user=viewer.pk, paper=OuterRef("pk"))
    bits |= {"collected": Exists(collected), "uncounted": Exists(votes.exclude(state__in=["counted", "released"]))}
    return papers.select_related("organisation").annotate(**bits)
