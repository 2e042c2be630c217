"""Models, datasets and demos of a paper to which records are applied."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple, Self

from papers.ingest.record import FIELDS, Listed
from papers.models import Artefact, ArtefactKind, LinkSource, Paper

KINDS = {name: ArtefactKind(kind) for name, kind in FIELDS.items()}


class Stored(NamedTuple):
    """An artefact of a paper under its address. One that a person has removed is kept, too."""

    name: str
    likes: int | None
    downloads: int | None
    source: LinkSource
    is_removed: bool

    @classmethod
    def imported(cls, listed: Listed) -> Self:
        return cls(*listed[1:], LinkSource.IMPORT, is_removed=False)

    def counted(self, listed: Listed) -> Self:
        """Return this artefact with the name and the numbers that a record has."""
        return self._replace(name=listed.name, likes=listed.likes, downloads=listed.downloads)


def settled(stored: Mapping[str, Stored], listed: Collection[Listed]) -> dict[str, Stored]:
    """Return the artefacts of a kind after a record: those that it lists, and all that persons added or removed."""
    by_persons = {url: row for url, row in stored.items() if row.source != LinkSource.IMPORT}
    new = {row.url: Stored.imported(row) for row in listed}
    return new | {url: row.counted(found) for url, row in by_persons.items() for found in [_find(url, listed, row)]}


def _find(url: str, listed: Collection[Listed], stored: Stored) -> Listed:
    return next((row for row in listed if row.url == url), Listed(url, stored.name, stored.likes, stored.downloads))


def load(papers: Iterable[Paper]) -> dict[int, dict[str, dict[str, Stored]]]:
    """Return the artefacts of these papers by their keys, the names of FIELDS, and addresses."""
    names = {kind: name for name, kind in KINDS.items()}
    found: dict = {paper.pk: {name: {} for name in FIELDS} for paper in papers}
    for row in Artefact.objects.filter(paper__in=list(found)):
        stored = Stored(row.name, row.likes, row.downloads, LinkSource(row.source), row.removed_at is not None)
        found[row.paper_id][names[row.kind]][row.url] = stored
    return found


def count(artefacts: Mapping[str, Stored]) -> int:
    """Return how many of the artefacts nobody has removed."""
    return sum(not row.is_removed for row in artefacts.values())


def write(changes: Iterable[tuple[int, str, Mapping[str, Stored], Mapping[str, Stored]]]) -> None:
    """Store the artefacts of papers, each by its key, the name of the kind, the former artefacts, and the new ones."""
    gone, rows = [], []
    for pk, name, former, new in changes:
        gone += [(pk, url) for url in former.keys() - new.keys()]
        rows += [
            Artefact(paper_id=pk, kind=KINDS[name], url=url, source=row.source, **_numbers(row))
            for url, row in new.items()
            if row != former.get(url)
        ]
    for pk, url in gone:
        Artefact.objects.filter(paper=pk, url=url, source=LinkSource.IMPORT).delete()
    fields = ["name", "likes", "downloads"]
    Artefact.objects.bulk_create(rows, update_conflicts=True, unique_fields=["paper", "url"], update_fields=fields)


def _numbers(row: Stored) -> dict:
    return {"name": row.name, "likes": row.likes, "downloads": row.downloads}
