"""What Django's QuerySets say of papers, which the statements that are written by hand are compared with."""

from papers.models import Seen
from papers.models.mark import marks


def seen_by(papers, viewer):
    """The papers with their organisation, and a bit for each kind of mark."""
    bits = {mark.bit: mark.objects.exists_for(viewer) for mark in marks()}
    if viewer.is_authenticated:
        has_row, day_is_done = Seen.objects.conditions(viewer)
        bits[Seen.bit] = has_row | day_is_done
    return papers.select_related("organisation").annotate(**bits)
