"""Saving of records: one transaction a batch, and saving the same record again changes nothing."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import astuple, dataclass, replace
from operator import add
from typing import Self

from django.db import connection, transaction
from django.utils import timezone

from orgs.models import FormerSlug, Organisation
from papers.ingest import artefacts, identities
from papers.ingest.draft import (
    ARRAY_FIELDS,
    LINK_FIELDS,
    SHARED_FIELDS,
    VERSION_FIELDS,
    Draft,
    load_drafts,
    total_counts,
)
from papers.ingest.record import PaperRecord
from papers.models import (
    Affiliation,
    AiText,
    Author,
    Day,
    Origin,
    Paper,
    PaperVersion,
    RemovedPaper,
    SearchEntry,
    SiteCount,
)
from papers.names import Details
from papers.signals import papers_listed, papers_revised, papers_withdrawn

BATCH_SIZE = 500
_COUNTERS = ["author_count", "imported_votes", "vote_count", "imported_comments", "comment_count"]
_COUNTERS += [kind.counter for kind in artefacts.KINDS.values()]
_UPDATED_FIELDS = [*SHARED_FIELDS, *LINK_FIELDS, *_COUNTERS, "due_on", "changed_at", "withdrawn_at"]
_CONTENT_FIELDS = VERSION_FIELDS - {"author_details", "categories"}  # a change of these moves `changed_at`
_BESIDE = {"ai_text", "origin"}  # which have rows of their own
_SEARCH_FIELDS = {"title", "abstract", "authors", "categories", "keywords"}


@dataclass(frozen=True)
class ImportCounts:
    """How many records created a paper, changed one, or changed nothing. A repeated record of a batch is unchanged."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0

    @property
    def records(self) -> int:
        return self.new + self.changed + self.unchanged

    @property
    def changes(self) -> int:
        return self.new + self.changed

    def __add__(self, other: Self) -> Self:
        return type(self)(*map(add, astuple(self), astuple(other)))

    def __str__(self) -> str:
        return f"{self.new:,} new, {self.changed:,} changed, {self.unchanged:,} unchanged"


@transaction.atomic
def save(records: Collection[PaperRecord], *, dry_run: bool = False) -> ImportCounts:
    """Create or update the papers of these records in order; a dry run only counts.

    * A record of a paper that moderators have removed changes nothing.
    * A field that a record does not have keeps its value.
    * A record that was listed on an earlier day than the paper only adds what the paper lacks, and greater counts.
    * The text that a later version replaces is kept.
    * A record of an earlier version does not change the text. A record without a version counts as the first.
    * A withdrawn paper stays withdrawn until a later version is not, or a source states that this one is not.
    * Prose that seems to withdraw the stored version of a paper does not: a withdrawal is a version of its own.
    * `published_at` is the earliest of all records.
    * A new paper without `listed_at` is listed now if it is recent, and at `published_at` otherwise.
    * A paper that is on no day's list comes on one as soon as a record says when it was listed.
    * `vote_count` and `comment_count` move by the difference of what was imported, each site's by its own.
    * An organisation that was renamed at the source is recognised by its id there.
    * What is known about an author besides the name is kept as long as the name is the same.
    * A link that a person set or removed stays, and so do the stars of its repository, and corrected keywords.
    * What a language model wrote is kept beside what an author wrote instead, and what is hidden stays hidden.
    * The artefacts of a kind that were imported are those of the latest record that lists any; what a person has added
      or removed stays. What is listed in two kinds is of the first one.
    * An organisation is a guess that a later record replaces, unless a person suggested or decided it.
    """
    lock()
    Organisation.objects.lock_slugs()  # before papers, in the same order as a merge of organisations
    removed = RemovedPaper.objects.among(record.arxiv_id for record in records)
    usable = [record for record in records if record.arxiv_id not in removed]
    seen = identities.Identities(usable)
    usable = _with_current_slugs(seen.recognised(dry_run=dry_run))
    drafts = load_drafts(usable)
    for record in usable:
        if record.arxiv_id not in drafts:
            drafts[record.arxiv_id] = Draft(Paper(arxiv_id=record.arxiv_id), {}, ())
        drafts[record.arxiv_id].apply(record)
    changed = [draft for draft in drafts.values() if draft.changed]
    new = sum(draft.paper.pk is None for draft in changed)
    if changed and not dry_run:
        organisations = dict(record.organisation for record in usable if record.organisation)
        words = {record.abstract: record.words for record in usable if record.words}
        _write(changed, organisations, words)
        _send_signals(changed)
    if not dry_run:
        seen.keep()
    return ImportCounts(new, len(changed) - new, len(records) - len(changed))


def lock() -> None:
    """Take the lock of imports until the end of the transaction, so that they run one at a time."""
    RemovedPaper.objects.lock_imports()


def _with_current_slugs(records: Collection[PaperRecord]) -> list[PaperRecord]:
    """Return the records with former slugs of organisations replaced by the current ones."""
    slugs = {record.organisation[0] for record in records if record.organisation}
    current = dict(FormerSlug.objects.filter(slug__in=slugs).values_list("slug", "organisation__slug"))
    return [
        replace(record, organisation=(current[record.organisation[0]], record.organisation[1]))
        if record.organisation and record.organisation[0] in current
        else record
        for record in records
    ]


def _write(drafts: list[Draft], organisation_names: dict[str, str], words: dict[str, str]) -> None:
    organisations = Organisation.objects.ensure(organisation_names)
    new = [draft.paper for draft in drafts if not draft.paper.pk]
    old = [draft.paper for draft in drafts if draft.paper.pk]
    for draft in drafts:
        _set_columns(draft, organisations)
    _create(new)
    SiteCount.objects.keep({d.paper.pk: d.values["site_counts"] for d in drafts if "site_counts" in d.changed})
    # This upsert takes a tenth of the time of `bulk_update`.
    Paper.objects.bulk_create(old, update_conflicts=True, unique_fields=["pk"], update_fields=_UPDATED_FIELDS)
    Paper.objects.touch([paper.pk for paper in old])
    Affiliation.objects.guess(
        {
            draft.paper.pk: organisations.get(draft.values["organisation"])
            for draft in drafts
            if "organisation" in draft.changed
        }
    )
    if replaced := {draft.paper.pk: draft.replaced for draft in drafts if draft.replaced}:
        PaperVersion.objects.keep(replaced)
    _write_authors([draft for draft in drafts if draft.changed & {"authors", "author_details"}])
    AiText.objects.keep(_values(drafts, "ai_text"))
    Origin.objects.keep(_values(drafts, "origin"))
    artefacts.write(
        (draft.paper.pk, draft.stored.get("artefacts", {}), draft.values["artefacts"])
        for draft in drafts
        if "artefacts" in draft.changed
    )
    searched = [draft for draft in drafts if draft.changed & _SEARCH_FIELDS]
    SearchEntry.objects.refresh(
        [draft.paper for draft in searched], {draft.paper.pk: draft.values["authors"] for draft in searched}, words
    )
    listed = [draft for draft in drafts if draft.changed & {"listed_at", "is_listed"}]
    days = {values["listed_at"].date() for draft in listed for values in (draft.stored, draft.values) if values}
    if days:
        Day.objects.recount(days)


def _values(drafts: list[Draft], name: str) -> dict:
    """Return the changed values of this name by the keys of the papers."""
    return {draft.paper.pk: draft.values[name] for draft in drafts if name in draft.changed}


def _set_columns(draft: Draft, organisations: dict[str, Organisation]) -> None:
    """Assign the changed values to the fields of the paper."""
    paper = draft.paper
    for name in draft.changed - _BESIDE:
        value = draft.values[name]
        match name:
            case "authors" | "author_details":
                paper.author_count = len(value)
            case "organisation":
                if value and not paper.pk and not organisations[value].owned:
                    paper.organisation = organisations[value]  # so that `guess` has nothing to set
            case "votes" | "comments" | "site_counts":
                continue
            case "withdrawn":
                now = timezone.now()
                paper.withdrawn_at = min(draft.withdrawn_at or now, now) if value else None
            case "artefacts":
                for counter, number in artefacts.counters(value).items():
                    setattr(paper, counter, number)
            case _:
                setattr(paper, name, list(value) if name in ARRAY_FIELDS else value)
    imported, stored = total_counts(draft.values), total_counts(draft.stored)
    paper.vote_count += imported.votes - stored.votes
    paper.imported_votes += imported.votes - stored.votes
    paper.comment_count += imported.comments - stored.comments
    paper.imported_comments += imported.comments - stored.comments
    paper.due_on = None if paper.is_listed else paper.due_on
    if paper.pk and draft.changed & _CONTENT_FIELDS:
        paper.changed_at = timezone.now()


def _send_signals(drafts: list[Draft]) -> None:
    """Send the signals of new, revised and withdrawn papers. A withdrawal is not also a revision."""
    new = [draft.paper.pk for draft in drafts if not draft.stored]
    withdrawn = [
        draft.paper.pk
        for draft in drafts
        if draft.stored and "withdrawn" in draft.changed and draft.values["withdrawn"]
    ]
    revised = {draft.paper.pk for draft in drafts if draft.stored and "version" in draft.changed}
    for signal, papers in (
        (papers_listed, new),
        (papers_revised, sorted(revised.difference(withdrawn))),
        (papers_withdrawn, withdrawn),
    ):
        if papers:
            signal.send(Paper, papers=papers)


def _create(papers: list[Paper]) -> None:
    fields = [f for f in Paper._meta.concrete_fields if not f.generated and not f.primary_key]
    _copy(Paper, [f.column for f in fields], ([f.pre_save(p, True) for f in fields] for p in papers))
    ids = dict(Paper.objects.filter(arxiv_id__in=[p.arxiv_id for p in papers]).values_list("arxiv_id", "pk"))
    for paper in papers:
        paper.pk = ids[paper.arxiv_id]


def _write_authors(drafts: list[Draft]) -> None:
    Author.objects.filter(paper__in=[draft.paper for draft in drafts if draft.stored]).delete()
    rows = (
        (draft.paper.pk, position, name, *details)
        for draft in drafts
        for position, (name, details) in enumerate(
            zip(draft.values["authors"], draft.values["author_details"], strict=True)
        )
    )
    _copy(Author, ["paper_id", "position", "name", *Details._fields], rows)


def _copy(model, columns: list[str], rows: Iterable[Sequence]) -> None:
    """Insert rows by COPY, which takes a third of the time of `bulk_create`."""
    statement = f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
