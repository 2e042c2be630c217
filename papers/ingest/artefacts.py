"""Models, datasets and demos of a paper to which records are applied. An address is at most one of them on a paper."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from papers.ingest.record import FIELDS, Listed, PaperRecord
from papers.models import Artefact, ArtefactKind, LinkSource, Paper

KINDS = {name: ArtefactKind(kind) for name, kind in FIELDS.items()}


class Stored(NamedTuple):
    """An artefact of a paper under its address. One that a person has removed is kept, too."""

    kind: ArtefactKind
    name: str
    likes: int | None
    downloads: int | None
    source: LinkSource = LinkSource.IMPORT
    is_removed: bool = False


def settled(stored: Mapping[str, Stored], record: PaperRecord) -> dict[str, Stored] | None:
    """Return the artefacts of a paper after a record, by address; None if it lists none of any kind.

    Of a kind that the record lists, these are the listed ones, and all that persons added or removed, whose kind stays
    as it is. What a record lists in two kinds is of the first one.
    """
    lists = {kind: found for name, kind in KINDS.items() if (found := getattr(record, name)) is not None}
    if not lists:
        return None
    new = {url: row for url, row in stored.items() if row.source != LinkSource.IMPORT or row.kind not in lists}
    seen = set()
    for kind, listed in lists.items():
        for row in listed:
            if row.url not in seen:
                seen.add(row.url)
                new[row.url] = _listed(new.get(row.url), kind, row)
    return new


def _listed(stored: Stored | None, kind: ArtefactKind, row: Listed) -> Stored:
    if stored is None or stored.source == LinkSource.IMPORT:
        return Stored(kind, *row[1:])
    return stored._replace(name=row.name, likes=row.likes, downloads=row.downloads)


def completed(stored: Mapping[str, Stored], new: Mapping[str, Stored]) -> dict[str, Stored]:
    """Return the stored artefacts, and the new ones of the kinds of which there are none."""
    kinds = {row.kind for row in stored.values()}
    return {**{url: row for url, row in new.items() if row.kind not in kinds}, **stored}


def load(papers: Iterable[Paper]) -> dict[int, dict[str, Stored]]:
    """Return the artefacts of these papers by their keys and addresses."""
    found: dict = {paper.pk: {} for paper in papers}
    for row in Artefact.objects.filter(paper__in=list(found)):
        kind, source = ArtefactKind(row.kind), LinkSource(row.source)
        is_removed = row.removed_at is not None
        found[row.paper_id][row.url] = Stored(kind, row.name, row.likes, row.downloads, source, is_removed)
    return found


def counters(artefacts: Mapping[str, Stored]) -> dict[str, int]:
    """Return how many artefacts of each kind nobody has removed, by the fields of Paper."""
    kept = [row.kind for row in artefacts.values() if not row.is_removed]
    return {kind.counter: kept.count(kind) for kind in ArtefactKind}


def write(changes: Iterable[tuple[int, Mapping[str, Stored], Mapping[str, Stored]]]) -> None:
    """Store the artefacts of papers, each by its key, the former artefacts, and the new ones."""
    gone, rows = [], []
    for pk, former, new in changes:
        gone += [(pk, url) for url in former.keys() - new.keys()]
        rows += [
            Artefact(paper_id=pk, url=url, source=row.source, **_columns(row))
            for url, row in new.items()
            if row != former.get(url)
        ]
    for pk, url in gone:
        Artefact.objects.filter(paper=pk, url=url, source=LinkSource.IMPORT).delete()
    fields = ["kind", "name", "likes", "downloads"]
    Artefact.objects.bulk_create(rows, update_conflicts=True, unique_fields=["paper", "url"], update_fields=fields)


def _columns(row: Stored) -> dict:
    return {"kind": row.kind, "name": row.name, "likes": row.likes, "downloads": row.downloads}
