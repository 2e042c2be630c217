"""What an import would do, for its person to look at before anything is written."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from papers.intake import targets
from papers.intake.recognised import Entry, Group, Kind, Recognised
from papers.models import Bookmark, Collection, Intake, Item, Paper, Vote
from papers.models import follow as follow_models
from papers.models.collection import Visibility

SHOWN = 100  # papers of one section


@dataclass
class Row:
    """A paper of a section: what the file says of it, and the paper on this site, if it is here."""

    entry: Entry
    paper: Paper | None = None


@dataclass
class Section:
    """Papers that are imported into one place. `added`, `present` and `absent`: what becomes of how many of them.

    `rows` are the first papers that would be added, `missing` the first that are not on this site. `is_new` is whether
    a collection would be made although it may have no papers.
    """

    kind: Kind
    title: str
    added: int = 0
    present: int = 0
    absent: int = 0
    repeated: int = 0
    notes: int = 0
    remark: str = ""
    is_new: bool = False
    rows: list[Row] = field(default_factory=list)
    missing: list[Entry] = field(default_factory=list)

    @property
    def says_something(self) -> bool:
        return bool(self.is_new or self.added or self.present or self.absent)

    @property
    def more(self) -> int:
        return self.added - len(self.rows)

    @property
    def more_missing(self) -> int:
        return self.absent - len(self.missing)


@dataclass
class Names:
    """What would be followed of one kind: the names by what becomes of them."""

    title: str
    added: list[str]
    present: list[str]
    absent: list[str]


class Preview:
    """The sections of an import. Raises Gone if the collection that the papers go into is not there any more."""

    def __init__(self, intake: Intake):
        self.found = Recognised.from_json(intake.data)
        self._user, self._intake = intake.user, intake
        self._papers = targets.papers(self.found)
        self.sections = [section for section in self._sections() if section.says_something]
        self.follows = list(self._follows())
        self._name_papers()

    @property
    def problems(self) -> list:
        return self.found.problems[:SHOWN]

    @property
    def more_problems(self) -> int:
        return len(self.found.problems) - len(self.problems)

    @property
    def adds_something(self) -> bool:
        return bool(self.additions)

    @property
    def additions(self) -> dict[Kind, int]:
        """How much would be added of each kind that adds something: papers, new collections, follows, upvotes."""
        numbers = Counter({Kind.FOLLOWS: sum(len(names.added) for names in self.follows)})
        for section in self.sections:
            numbers[section.kind] += section.added + section.is_new
        return {kind: numbers[kind] for kind in Kind if numbers[kind]}

    def _sections(self) -> Iterable[Section]:
        yield self._main_section()
        own = targets.collections(self._user, [group.name for group in self.found.collections])
        collected = self._collected(own.values())
        for group in self.found.collections:
            existing = own.get(group.name.lower())
            title, remark = f"Collection “{group.name}”", _remark(group, existing)
            yield self._section(Kind.COLLECTIONS, title, group, collected[existing], remark=remark, is_new=not existing)
        votes = Group(entries=self.found.votes)
        remark = "They are cast with today’s date and count by the same rules as your other upvotes."
        voted = Vote.objects.filter(user=self._user, paper__in=self._papers.values())
        yield self._section(Kind.UPVOTES, "Upvotes", votes, set(voted.values_list("paper", flat=True)), remark=remark)

    def _main_section(self) -> Section:
        collection, name = targets.collection(self._intake), self._intake.target_name
        if name:
            collection = targets.collections(self._user, [name]).get(name.lower())
        if collection or name:
            title = f"Collection “{collection or name}”"
            remark = "" if collection else "A new collection, which is private."
            present = self._collected([collection] if collection else [])[collection]
            return self._section(Kind.BOOKMARKS, title, self.found.papers, present, remark=remark)
        saved = Bookmark.objects.filter(user=self._user, paper__in=self._papers.values())
        present = set(saved.values_list("paper", flat=True))
        section = self._section(Kind.BOOKMARKS, "Bookmarks", self.found.papers, present)
        if section.notes:
            section.remark = "Bookmarks have no notes: to keep the notes, import into a collection."
            section.notes = 0
        return section

    def _collected(self, collections: Iterable[Collection]) -> dict[Collection | None, set[int]]:
        """Returns which of the papers (ids) each of these collections has, by one statement."""
        by_key = {collection.pk: collection for collection in collections}
        items = Item.objects.kept().filter(collection__in=by_key, paper__in=self._papers.values())
        collected = defaultdict(set)
        for pk, paper in items.values_list("collection", "paper"):
            collected[by_key[pk]].add(paper)
        return collected

    def _section(self, kind: Kind, title: str, group: Group, present: set[int], **more) -> Section:
        section = Section(kind, title, repeated=group.repeated, **more)
        for entry in group.entries:
            pk = self._papers.get(entry.id)
            if pk is None:
                section.absent += 1
                if len(section.missing) < SHOWN:
                    section.missing.append(entry)
                continue
            section.notes += bool(entry.note)
            if pk in present:
                section.present += 1
                continue
            section.added += 1
            if len(section.rows) < SHOWN:
                section.rows.append(Row(entry))
        return section

    def _name_papers(self) -> None:
        """Read the titles of the papers that are shown, by one statement."""
        shown = {self._papers[row.entry.id] for section in self.sections for row in section.rows}
        papers = Paper.objects.only("arxiv_id", "title", "withdrawn_at").in_bulk(shown)
        for section in self.sections:
            for row in section.rows:
                row.paper = papers.get(self._papers[row.entry.id])

    def _follows(self) -> Iterable[Names]:
        for kind, names in self.found.follows.items():
            if not names:
                continue
            model, here = follow_models.kinds()[kind], targets.follows(self._user, kind, names)
            states = model.objects.states(self._user, here.values())
            followed = {name for name, state in zip(here, states, strict=True) if state.is_followed}
            added = [name for name in here if name not in followed]
            yield Names(str(model.title), added, sorted(followed), [name for name in names if name not in here])


def _remark(group: Group, existing: Collection | None) -> str:
    if existing:
        return "You have a collection with this name, which keeps its description and visibility."
    return f"A new collection. {Visibility(group.visibility).label}."
