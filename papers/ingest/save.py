"""Records into the database: one transaction a batch, and twice the same is once the same."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, transaction
from django.db.models import OuterRef
from django.utils import timezone

from orgs.models import FormerSlug, Organisation
from papers.ingest.record import PaperRecord
from papers.models import Affiliation, Author, Day, Paper, SearchEntry
from papers.signals import papers_listed, papers_revised, papers_withdrawn

BATCH = 500  # records that make a good transaction
_LOCK = 0x696E67657374  # any number that nobody else locks on

# What PaperRecord and Paper call by the same name.
_SAME = (
    "version",
    "title",
    "abstract",
    "categories",
    "keywords",
    "code_url",
    "code_stars",
    "project_url",
    "published_at",
    "listed_at",
    "comment_count",
)
_COLUMNS = [*_SAME, "author_count", "imported_votes", "vote_count", "changed_at", "withdrawn_at"]
_TEXT = {"version", "title", "abstract", "authors", "categories", "withdrawn"}
_READ = _TEXT - {"categories"}  # a change of these is one to whoever has read the paper
_SEARCHED = {"title", "abstract", "authors", "categories", "keywords"}


@dataclass(frozen=True)
class Tally:
    """How many records made a paper, changed one, or changed nothing: repeating another of their batch, too."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0

    @property
    def records(self) -> int:
        return self.new + self.changed + self.unchanged

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.new + other.new, self.changed + other.changed, self.unchanged + other.unchanged)

    def __str__(self) -> str:
        return f"{self.new:,} new, {self.changed:,} changed, {self.unchanged:,} unchanged"


@transaction.atomic
def save(records: Collection[PaperRecord], *, dry_run: bool = False) -> Tally:
    """Bring the papers in line with these records, the later ones prevailing; a dry run only counts.

    What a record does not tell stays. A record listed on an earlier day than the paper is stale and changes
    nothing. A record of an earlier version leaves the text; one that tells no version may well mean the first.
    What was withdrawn stays so until a later version is told that is not.
    A paper was published at the earliest moment that was ever told; a new one without a listing is listed then.
    Imported votes move `vote_count` by their difference. An organisation is a guess, which another one that is told
    later replaces; what people decided on or suggested stays.
    """
    lock()
    Organisation.objects.lock_slugs()  # before any paper is, as merging does
    records = _with_present_slugs(records)
    drafts = _stored({record.arxiv_id for record in records})
    for record in records:
        if record.arxiv_id not in drafts:
            drafts[record.arxiv_id] = _Draft(Paper(arxiv_id=record.arxiv_id), {}, ())
        drafts[record.arxiv_id].take(record)
    changed = [draft for draft in drafts.values() if draft.changed]
    new = sum(draft.paper.pk is None for draft in changed)
    if changed and not dry_run:
        _write(changed, dict(record.organisation for record in records if record.organisation))
        _tell(changed)
    return Tally(new, len(changed) - new, len(records) - len(changed))


def lock() -> None:
    """Until the transaction ends, nobody else brings papers in: one import at a time, so that two can meet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _with_present_slugs(records: Collection[PaperRecord]) -> list[PaperRecord]:
    """The records, naming the organisations that others were merged into: repeating them changes nothing."""
    told = {record.organisation[0] for record in records if record.organisation}
    present = dict(FormerSlug.objects.filter(slug__in=told).values_list("slug", "organisation__slug"))
    return [
        replace(record, organisation=(present[record.organisation[0]], record.organisation[1]))
        if record.organisation and record.organisation[0] in present
        else record
        for record in records
    ]


class _Draft:
    """A paper while records are laid upon it: its values, in the words of PaperRecord, as stored and as told.

    `settled`: the slugs of organisations on which people have spoken. `organisation`: a guess, or "".
    """

    def __init__(self, paper: Paper, stored: dict, settled: Collection[str]) -> None:
        self.paper, self.stored, self.values, self.settled = paper, stored, stored, settled

    @property
    def changed(self) -> set[str]:
        return {name for name, value in self.values.items() if value != self.stored.get(name)}

    def take(self, record: PaperRecord) -> None:
        told = _told(record)
        if told.get("organisation") in self.settled:
            told["organisation"] = ""
        if not self.values:
            told = {"version": 1, "authors": (), "listed_at": record.published_at} | told
        elif record.listed_at and record.listed_at.date() < self.values["listed_at"].date():
            return
        else:
            if (record.version or 1) < self.values["version"]:
                told = {name: value for name, value in told.items() if name not in _TEXT}
            elif (record.version or 1) == self.values["version"] and self.values.get("withdrawn"):
                told.pop("withdrawn", None)
            told["published_at"] = min(record.published_at, self.values["published_at"])
        self.values = self.values | told


def _told(record: PaperRecord) -> dict:
    values = {name: getattr(record, name) for name in (*_SAME, "authors", "votes", "withdrawn")}
    values["organisation"] = record.organisation and record.organisation[0]
    return {name: value for name, value in values.items() if value is not None}


def _stored(arxiv_ids: set[str]) -> dict[str, _Draft]:
    names = Author.objects.filter(paper=OuterRef("pk")).order_by("position").values("name")
    slugs = Affiliation.objects.filter(paper=OuterRef("pk")).values("organisation__slug")
    papers = (
        Paper.objects.filter(arxiv_id__in=arxiv_ids)
        .annotate(
            names=ArraySubquery(names),
            guessed=ArraySubquery(slugs.filter(is_guess=True)),
            settled=ArraySubquery(slugs.filter(is_guess=False)),
        )
        .select_for_update(of=("self",), no_key=True)  # a vote cast meanwhile waits, and is counted
        .order_by("pk")
    )
    return {paper.arxiv_id: _Draft(paper, _values(paper), paper.settled) for paper in papers}


def _values(paper: Paper) -> dict:
    return {name: getattr(paper, name) for name in _SAME} | {
        "categories": tuple(paper.categories),
        "keywords": tuple(paper.keywords),
        "authors": tuple(paper.names),
        "votes": paper.imported_votes,
        "withdrawn": bool(paper.withdrawn_at),
        "organisation": "".join(paper.guessed),
    }


def _write(drafts: list[_Draft], organisation_names: dict[str, str]) -> None:
    organisations = Organisation.objects.ensure(organisation_names)
    new = [draft.paper for draft in drafts if not draft.paper.pk]
    old = [draft.paper for draft in drafts if draft.paper.pk]
    for draft in drafts:
        _fill(draft, organisations)
    _create(new)
    # Ten times as fast as bulk_update.
    Paper.objects.bulk_create(old, update_conflicts=True, unique_fields=["pk"], update_fields=_COLUMNS)
    Paper.objects.touch([paper.pk for paper in old])
    Affiliation.objects.guess(
        {
            draft.paper.pk: organisations.get(draft.values["organisation"])
            for draft in drafts
            if "organisation" in draft.changed
        }
    )
    _write_authors([draft for draft in drafts if "authors" in draft.changed])
    searched = [draft for draft in drafts if draft.changed & _SEARCHED]
    SearchEntry.objects.refresh(
        [draft.paper for draft in searched], {draft.paper.pk: draft.values["authors"] for draft in searched}
    )
    listed = [draft for draft in drafts if "listed_at" in draft.changed]
    days = {values["listed_at"].date() for draft in listed for values in (draft.stored, draft.values) if values}
    if days:
        Day.objects.recount(days)


def _fill(draft: _Draft, organisations: dict[str, Organisation]) -> None:
    """The changed values into the paper's columns."""
    paper = draft.paper
    for name in draft.changed:
        value = draft.values[name]
        match name:
            case "authors":
                paper.author_count = len(value)
            case "organisation":
                if value and not paper.pk and not organisations[value].owned:
                    paper.organisation = organisations[value]  # as `guess` would have to bring about
            case "votes":
                paper.vote_count += value - paper.imported_votes
                paper.imported_votes = value
            case "categories" | "keywords":
                setattr(paper, name, list(value))
            case "withdrawn":
                paper.withdrawn_at = timezone.now() if value else None
            case _:
                setattr(paper, name, value)
    if paper.pk and draft.changed & _READ:
        paper.changed_at = timezone.now()


def _tell(drafts: list[_Draft]) -> None:
    """Rooms above. What was withdrawn is no new version to read."""
    new = [draft.paper.pk for draft in drafts if not draft.stored]
    withdrawn = [
        draft.paper.pk
        for draft in drafts
        if draft.stored and "withdrawn" in draft.changed and draft.values["withdrawn"]
    ]
    grown = {draft.paper.pk for draft in drafts if draft.stored and "version" in draft.changed}
    for signal, papers in (
        (papers_listed, new),
        (papers_revised, sorted(grown.difference(withdrawn))),
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


def _write_authors(drafts: list[_Draft]) -> None:
    Author.objects.filter(paper__in=[draft.paper for draft in drafts if draft.stored]).delete()
    rows = (
        (draft.paper.pk, position, name) for draft in drafts for position, name in enumerate(draft.values["authors"])
    )
    _copy(Author, ["paper_id", "position", "name"], rows)


def _copy(model, columns: list[str], rows: Iterable[Sequence]) -> None:
    """COPY takes a third of the time of `bulk_create`."""
    statement = f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
