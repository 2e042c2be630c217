"""What of a source has been read as a whole, which is written in the transaction that saves the last of its records."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from papers.ingest import save as papers
from papers.ingest.record import PaperRecord
from papers.ingest.save import ImportCounts
from papers.models import Fetched


@dataclass(frozen=True)
class Milestone:
    """Comes after all records of these answers, which need not be read again until they change."""

    answers: tuple[Fetched, ...]


@transaction.atomic
def save(items: Collection[PaperRecord | Milestone], *, dry_run: bool = False) -> ImportCounts:
    """Save the records as `papers.ingest.save.save` does, and the milestones among them; a dry run only counts."""
    counts = papers.save([item for item in items if not isinstance(item, Milestone)], dry_run=dry_run)
    if not dry_run:
        for item in items:
            if isinstance(item, Milestone):
                Fetched.objects.keep(item.answers)
    return counts
