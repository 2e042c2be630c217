"""What was recognised in a file or text that a person imports, as plain data that is kept as JSON."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Self

from lib.text import legible, line, one_line

MAX_TITLE, MAX_SHOWN, MAX_NOTE = 300, 160, 2_000  # characters
MAX_CUT = 10  # times as many are looked at, since tags, blanks and invisible characters go
CUT = f"The note is longer than {MAX_NOTE:,} characters and will be cut there."


class Kind(StrEnum):
    """What an archive of this site has, of which its person may leave something out."""

    BOOKMARKS = "bookmarks"
    COLLECTIONS = "collections"
    FOLLOWS = "follows"
    UPVOTES = "upvotes"


@dataclass(frozen=True)
class Entry:
    """A paper by its arXiv id, with what the file says of it.

    `at` is the moment in ISO 8601 at which it was marked, and `version` the one that it had then.
    """

    id: str
    title: str = ""
    note: str = ""
    at: str = ""
    version: int | None = None


@dataclass(frozen=True)
class Problem:
    """A line or an entry that was not recognised, or not as a whole, and why."""

    text: str
    reason: str

    @classmethod
    def of(cls, text: str, reason: str) -> Self:
        return cls(line(text[: MAX_CUT * MAX_SHOWN], MAX_SHOWN), reason)


@dataclass
class Group:
    """Papers that belong together. A paper that comes again is counted in `repeated`."""

    name: str = ""
    description: str = ""
    visibility: str = ""
    entries: list[Entry] = field(default_factory=list)
    repeated: int = 0

    def __post_init__(self) -> None:
        self._index = {entry.id: number for number, entry in enumerate(self.entries)}

    def add(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            first = self._index.setdefault(entry.id, len(self.entries))
            if first == len(self.entries):
                self.entries.append(entry)
                continue
            self.repeated += 1
            if entry.note and not self.entries[first].note:
                self.entries[first] = entry


@dataclass
class Recognised:
    """Everything in one file. `papers` go where the person wants them; the rest only an archive of this site has.

    `follows` are names by the kind of follow.
    """

    format: str
    papers: Group = field(default_factory=Group)
    collections: list[Group] = field(default_factory=list)
    votes: list[Entry] = field(default_factory=list)
    follows: dict[str, list[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    is_archive: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.papers.entries or self.collections or self.votes or any(self.follows.values()))

    def only(self, kinds: Collection[str]) -> Self:
        """Returns the same without what is of none of these kinds."""
        return replace(
            self,
            papers=self.papers if Kind.BOOKMARKS in kinds else Group(),
            collections=self.collections if Kind.COLLECTIONS in kinds else [],
            follows=self.follows if Kind.FOLLOWS in kinds else {},
            votes=self.votes if Kind.UPVOTES in kinds else [],
        )

    def as_json(self) -> dict:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict) -> Self:
        entries = {
            "papers": _group(data["papers"]),
            "collections": [_group(group) for group in data["collections"]],
            "votes": [Entry(**entry) for entry in data["votes"]],
            "problems": [Problem(**problem) for problem in data["problems"]],
        }
        return cls(**data | entries)


def _group(data: dict) -> Group:
    return Group(**data | {"entries": [Entry(**entry) for entry in data["entries"]]})


def title_of(text: object) -> str:
    """Returns a title as the file has it, on one line; what is no text is no title."""
    if not isinstance(text, str):
        return ""
    return one_line(text[: MAX_CUT * MAX_TITLE].replace("{", "").replace("}", ""))[:MAX_TITLE]


def note_of(text: object) -> tuple[str, bool]:
    """Returns a note that can be stored, and whether it had to be cut."""
    note = legible(text[: MAX_CUT * MAX_NOTE]).strip() if isinstance(text, str) else ""
    return note[:MAX_NOTE], len(note) > MAX_NOTE
