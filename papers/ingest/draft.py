"""A paper to which records are applied, one after the other."""

from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import islice

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import Func, OuterRef, TextField
from django.utils import timezone

from papers.ingest import ai_text, artefacts, links
from papers.ingest.record import PaperRecord
from papers.ingest.values import is_same_moment
from papers.models import Affiliation, Author, Paper, SiteCount
from papers.models.links import UNCHECKED
from papers.models.origin import OriginValues
from papers.names import Details
from papers.sites import HUB, MAX_SITES, Counts

# The age up to which a new paper is listed on the day it comes. Moderators of arXiv hold papers back for some weeks.
MAX_AGE = timedelta(days=30)
# The fields that have the same name in PaperRecord and Paper.
SHARED_FIELDS = (
    "version",
    "title",
    "abstract",
    "categories",
    "keywords",
    "code_url",
    "code_stars",
    "project_url",
    "media_urls",
    "published_at",
    "listed_at",
    "is_listed",
)
ARRAY_FIELDS = ("categories", "keywords", "media_urls")
LINK_FIELDS = ("code_source", "project_source", *(UNCHECKED.keys() - SHARED_FIELDS))
TEXT_FIELDS = ("version", "title", "abstract", "authors")  # what is kept of a version that is replaced
_FIRST_VALUES = {"version": 1, "authors": (), "author_details": (), "is_listed": True}
# Ignored in a record of an older version.
VERSION_FIELDS = {"version", "title", "abstract", "authors", "author_details", "categories", "withdrawn"}


class Draft:
    """A paper to which records are applied: its stored and its new values, under the names of PaperRecord's fields.

    The value `organisation` is the slug of the guessed one, or "". `decided` are the slugs that persons suggested or
    decided on. `origin` is an OriginValues, `ai_text` an ImportedText, and `artefacts` a dictionary by addresses (see
    `papers.ingest.artefacts`). `replaced` are the texts that later versions replaced, each as the values of
    TEXT_FIELDS. `withdrawn_at` is since when the paper is withdrawn, if a record says so.
    """

    def __init__(self, paper: Paper, stored: dict, decided: Collection[str]) -> None:
        self.paper, self.stored, self.values, self.decided = paper, stored, stored, decided
        self.changed, self.replaced, self.withdrawn_at = set(), [], None

    def apply(self, record: PaperRecord) -> None:
        new = links.stated(self.values, _record_values(record), is_hub=record.site == HUB)
        if self.paper.keywords_corrected:
            new.pop("keywords", None)
        if new.get("organisation") in self.decided:
            new["organisation"] = ""
        new |= self._related(record)
        if not self.values:
            new = _FIRST_VALUES | {"listed_at": _listing_time(record)} | new
        elif self._was_listed_before(record):
            new = self._additions(new)
        else:
            new["is_listed"] = self.values["is_listed"] or bool(record.listed_at)
            if (record.version or 1) < self.values["version"]:
                new = {name: value for name, value in new.items() if name not in VERSION_FIELDS}
            elif (record.version or 1) == self.values["version"] and self._keeps_withdrawn(record):
                new.pop("withdrawn", None)
            new["published_at"] = min(record.published_at, self.values["published_at"])
            if new.get("authors"):
                stored = dict(zip(self.values["authors"], self.values["author_details"], strict=True))
                pairs = zip(new["authors"], new["author_details"], strict=True)
                new["author_details"] = tuple(
                    details.completed_by(stored.get(name, Details())) for name, details in pairs
                )
        if new.get("version", 1) > self.values.get("version", new.get("version", 1)):
            self.replaced.append(tuple(self.values.get(name, "") for name in TEXT_FIELDS))
        new["site_counts"] = _site_counts(self.values.get("site_counts", {}), new.get("site_counts", {}))
        self.values = self.values | _exact(self.values, links.settled(self.values, new))
        self.withdrawn_at = record.withdrawn_at or self.withdrawn_at
        self.changed = {name for name, value in self.values.items() if value != self.stored.get(name)}

    def _related(self, record: PaperRecord) -> dict:
        """Return the artefacts, the origin and the AI text, which are stored in other tables than the paper's."""
        stored = self.values.get("origin", OriginValues())
        new = (record.discussion_id, *(record.submitter or (None,) * 3), record.code_added_by)
        origin = OriginValues(*(old if value is None else value for value, old in zip(new, stored, strict=True)))
        values = {}
        if (found := artefacts.settled(self.values.get("artefacts", {}), record)) is not None:
            values["artefacts"] = found
        if any(origin):
            values["origin"] = origin
        if text := ai_text.settled(self.values, record):
            values["ai_text"] = text
        return values

    def _was_listed_before(self, record: PaperRecord) -> bool:
        """Return whether the record was listed on an earlier day than the paper, which is on the list of a day."""
        is_earlier = record.listed_at and record.listed_at.date() < self.values["listed_at"].date()
        return bool(self.values["is_listed"] and is_earlier)

    def _keeps_withdrawn(self, record: PaperRecord) -> bool:
        """Return whether prose about the stored version says nothing new, because a withdrawal is a version.

        A record without a version may be of a later one, so that it can withdraw the paper.
        """
        return record.withdrawn is None and bool(record.version or self.values.get("withdrawn"))

    def _additions(self, new: dict) -> dict:
        """Return those of the values that the paper lacks, and the greater counts of votes and comments."""
        counts = {name: max(new[name], self.values.get(name) or 0) for name in ("votes", "comments") if name in new}
        stored = self.values["site_counts"]
        counts["site_counts"] = {
            site: Counts(*map(max, site_counts, stored.get(site, Counts())))
            for site, site_counts in new.get("site_counts", {}).items()
        }
        if "artefacts" in new:
            counts["artefacts"] = artefacts.completed(self.values.get("artefacts", {}), new["artefacts"])
        return {name: value for name, value in new.items() if not self.values.get(name)} | counts


def _site_counts(stored: dict[str, Counts], new: dict[str, Counts]) -> dict[str, Counts]:
    """Return the counts of up to MAX_SITES sites: those that are stored, and others that have any votes or comments."""
    counts = stored | {site: found for site, found in new.items() if any(found) or site in stored}
    return dict(islice(counts.items(), max(MAX_SITES, len(stored))))


def _listing_time(record: PaperRecord) -> datetime:
    """Return now for a first version that is at most MAX_AGE old, so that it is on the list of the day it appears here.

    Older papers, and those that arXiv announced before, come from archives or as replacements: they are on no new list.
    """
    now = timezone.now()
    is_recent = (record.version or 1) == 1 and record.published_at >= now - MAX_AGE
    return now if is_recent else record.published_at


def _exact(stored: dict, new: dict) -> dict:
    """Return the new values, with the stored times where the new ones are the same but for what milliseconds leave out.

    Sites write times in milliseconds, so that a time which comes back from one has lost the rest.
    """
    times = {name: stored[name] for name in ("published_at", "listed_at") if name in new and name in stored}
    return new | {name: time for name, time in times.items() if is_same_moment(time, new[name])}


def _record_values(record: PaperRecord) -> dict:
    names = (*SHARED_FIELDS, "authors", "author_details", "votes", "comments", "site_counts")
    values = {name: getattr(record, name) for name in names}
    values["withdrawn"] = record.seems_withdrawn if record.withdrawn is None else record.withdrawn
    values["organisation"] = record.organisation and record.organisation[0]
    return {name: value for name, value in values.items() if value is not None}


def total_counts(values: dict) -> Counts:
    """Return the numbers of imported votes and comments of all sites, of the values of a Draft."""
    counts = [Counts(values.get("votes", 0), values.get("comments", 0)), *values.get("site_counts", {}).values()]
    return Counts(sum(site.votes for site in counts), sum(site.comments for site in counts))


def load_drafts(records: Collection[PaperRecord]) -> dict[str, Draft]:
    """Return the drafts of the papers of these records that are here, by arXiv id."""
    columns = Func("name", *Details._fields, template="ARRAY[%(expressions)s]", output_field=ArrayField(TextField()))
    authors = Author.objects.filter(paper=OuterRef("pk")).order_by("position").values_list(columns)
    slugs = Affiliation.objects.filter(paper=OuterRef("pk")).values("organisation__slug")
    papers = (
        Paper.objects.filter(arxiv_id__in={record.arxiv_id for record in records})
        .select_related("ai_text", "origin")
        .annotate(
            author_columns=ArraySubquery(authors),
            guessed=ArraySubquery(slugs.filter(is_guess=True)),
            decided=ArraySubquery(slugs.filter(is_guess=False)),
        )
        .select_for_update(of=("self",), no_key=True)  # so that votes wait and are counted
        .order_by("pk")
    )
    have_artefacts = any(getattr(record, name) is not None for record in records for name in artefacts.KINDS)
    stored = artefacts.load(papers) if have_artefacts else {}
    counts = SiteCount.objects.by_paper([paper.pk for paper in papers])
    drafts = {}
    for paper in papers:
        values = _stored_values(paper, counts.get(paper.pk, {}))
        if paper.pk in stored:
            values["artefacts"] = stored[paper.pk]
        drafts[paper.arxiv_id] = Draft(paper, values, paper.decided)
    return drafts


def _stored_values(paper: Paper, counts: dict[str, Counts]) -> dict:
    beside = {}
    if hasattr(paper, "ai_text"):
        beside["ai_text"] = paper.ai_text.import_text
    if hasattr(paper, "origin"):
        beside["origin"] = paper.origin.values
    return {name: getattr(paper, name) for name in (*SHARED_FIELDS, *LINK_FIELDS)} | {
        **beside,
        **{name: tuple(getattr(paper, name)) for name in ARRAY_FIELDS},
        "authors": tuple(name for name, *_ in paper.author_columns),
        "author_details": tuple(Details(*details) for _, *details in paper.author_columns),
        "votes": paper.imported_votes - sum(site.votes for site in counts.values()),
        "comments": paper.imported_comments - sum(site.comments for site in counts.values()),
        "site_counts": counts,
        "withdrawn": bool(paper.withdrawn_at),
        "organisation": "".join(paper.guessed),
    }
