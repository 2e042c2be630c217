"""The ids of organisations at the sites that records are from: one that was renamed there is recognised by its id."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from orgs import renaming
from orgs.models import FormerSlug, Organisation, SourceIdentity
from papers.ingest.record import PaperRecord


class Identities:
    """The organisations of some records, by site and id."""

    def __init__(self, records: Sequence[PaperRecord]) -> None:
        self._records = records
        named = [record for record in records if record.organisation and record.organisation_id]
        self._latest = {_key(record): record for record in sorted(named, key=_moment)}
        rows = SourceIdentity.objects.filter(source_id__in={source_id for _, source_id in self._latest})
        self._stored = {(row.site, row.source_id): row for row in rows.select_related("organisation")}

    def recognised(self, *, dry_run: bool) -> list[PaperRecord]:
        """Return the records with the slugs that the organisations have here.

        Unless it is a dry run, an organisation is renamed whose latest record has another slug than before.
        """
        if not dry_run:
            for key, record in self._latest.items():
                identity = self._stored.get(key)
                if identity and identity.slug != record.organisation[0] and _moment(record) >= identity.latest_at:
                    renaming.rename(identity, *record.organisation)
        return [self._recognised(record) for record in self._records]

    def _recognised(self, record: PaperRecord) -> PaperRecord:
        identity = self._stored.get(_key(record)) if record.organisation else None
        if not identity:
            return record
        return replace(record, organisation=(identity.organisation.slug, record.organisation[1]))

    def keep(self) -> None:
        """Write the ids that are new, and when their latest papers were listed."""
        new = {key: record for key, record in self._latest.items() if key not in self._stored}
        organisations = _by_slug({record.organisation[0] for record in new.values()})
        rows = [
            SourceIdentity(
                site=site,
                source_id=source_id,
                organisation_id=organisations[record.organisation[0]],
                slug=record.organisation[0],
                latest_at=_moment(record),
            )
            for (site, source_id), record in new.items()
            if record.organisation[0] in organisations
        ]
        SourceIdentity.objects.bulk_create(rows)
        later = []
        for key, identity in self._stored.items():
            record = self._latest.get(key)
            if record and record.organisation[0] == identity.slug and _moment(record) > identity.latest_at:
                identity.latest_at = _moment(record)
                later.append(identity)
        SourceIdentity.objects.bulk_update(later, ["latest_at"])


def _key(record: PaperRecord) -> tuple[str, str | None]:
    return record.site, record.organisation_id


def _moment(record: PaperRecord) -> datetime:
    return record.listed_at or record.published_at


def _by_slug(slugs: set[str]) -> dict[str, int]:
    """Return the ids of the organisations that have, or had, these slugs."""
    former = FormerSlug.objects.filter(slug__in=slugs).values_list("slug", "organisation")
    return dict(former) | dict(Organisation.objects.filter(slug__in=slugs).values_list("slug", "pk"))
