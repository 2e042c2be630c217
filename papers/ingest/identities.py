"""The ids of organisations at the sites that records are from: one that was renamed there is recognised by its id."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from orgs import renaming
from orgs.models import FormerSlug, Organisation, SourceIdentity
from papers.ingest.record import PaperRecord

type _Key = tuple[str, str | None]  # the site and the id of an organisation there


class Identities:
    """The organisations of some records, by site and id."""

    def __init__(self, records: Sequence[PaperRecord]) -> None:
        self._records = records
        named = [record for record in records if record.organisation and record.organisation_id]
        self._ordered = sorted(named, key=_moment)
        self._latest = {_key(record): record for record in self._ordered}
        rows = SourceIdentity.objects.filter(source_id__in={source_id for _, source_id in self._latest})
        self._stored = {(row.site, row.source_id): row for row in rows.select_related("organisation")}

    def recognised(self, *, dry_run: bool) -> list[PaperRecord]:
        """Return the records with the slugs that the organisations have here.

        Unless it is a dry run, ids of organisations that are here without one are learned from the earliest records
        that name them, and an organisation is renamed whose latest record has another slug than before.
        """
        if not dry_run:
            self._keep({_key(record): record for record in reversed(self._ordered)})
            for key, record in self._latest.items():
                identity = self._stored.get(key)
                if identity and identity.slug != record.organisation[0] and _moment(record) >= identity.latest_at:
                    renaming.rename(identity, *record.organisation)
        return [self._recognised(record) for record in self._records]

    def _recognised(self, record: PaperRecord) -> PaperRecord:
        identity = self._stored.get(_key(record)) if record.organisation else None
        if identity:
            return replace(record, organisation=(identity.organisation.slug, record.organisation[1]))
        latest = self._latest.get(_key(record)) if record.organisation else None
        return replace(record, organisation=latest.organisation) if latest else record

    def keep(self) -> None:
        """Write the ids that are new, and when their latest papers were listed."""
        self._keep(self._latest)
        later = []
        for key, identity in self._stored.items():
            record = self._latest.get(key)
            if record and record.organisation[0] == identity.slug and _moment(record) > identity.latest_at:
                identity.latest_at = _moment(record)
                later.append(identity)
        SourceIdentity.objects.bulk_update(later, ["latest_at"])

    def _keep(self, records: Mapping[_Key, PaperRecord]) -> None:
        """Write the ids that are new, of those of these records whose organisations are here."""
        new = {key: record for key, record in records.items() if key not in self._stored}
        organisations = _by_slug({record.organisation[0] for record in new.values()})
        for (site, source_id), record in new.items():
            if organisation := organisations.get(record.organisation[0]):
                self._stored[site, source_id] = SourceIdentity(
                    site=site,
                    source_id=source_id,
                    organisation=organisation,
                    slug=record.organisation[0],
                    latest_at=_moment(record),
                )
        SourceIdentity.objects.bulk_create([row for row in self._stored.values() if row.pk is None])


def _key(record: PaperRecord) -> _Key:
    return record.site, record.organisation_id


def _moment(record: PaperRecord) -> datetime:
    return record.listed_at or record.published_at


def _by_slug(slugs: set[str]) -> dict[str, Organisation]:
    """Return the organisations that have, or had, these slugs."""
    former = FormerSlug.objects.filter(slug__in=slugs).select_related("organisation")
    present = Organisation.objects.filter(slug__in=slugs)
    return {row.slug: row.organisation for row in former} | {row.slug: row for row in present}
