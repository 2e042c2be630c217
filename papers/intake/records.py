"""Finds the arXiv id, the title and the note in the fields of one record of a reference manager."""

import html
import re
from collections.abc import Iterable, Iterator, Mapping

import nh3

from papers import identifiers
from papers.intake.limits import MAX_ENTRY, TOO_LONG, Deadline
from papers.intake.recognised import CUT, Entry, Problem, Recognised, note_of, title_of

# The fields that name the paper, the most reliable first. They have the names of BibTeX, of RIS (as rispy calls them),
# of CSL-JSON, of Zotero's own items and tables, and of the tables that this site exports, in lower case.
FIELDS = (
    *("arxiv_id", "arxivid", "arxiv", "eprint", "archiveid", "archive location", "archive_location", "archivelocation"),
    *("doi", "url", "urls", "link", "note", "extra", "number", "journal", "journaltitle", "journal_name"),
    *("container-title", "secondary_title", "publicationtitle", "publication title", "howpublished", "publisher"),
    *("report number", "reportnumber", "type_of_work", "accession_number", "custom1", "repository", "id"),
)
TITLES = ("title", "primary_title")
NOTES = ("annote", "annotation", "notes", "remark")
NO_ID = "None of its fields has an arXiv id, an address at arXiv, or a DOI of arXiv."
NO_RECORD = "This is no record with fields."
MAX_VOLUME = 100  # characters of a volume that an id is looked for in
_ARCHIVES = ("archiveprefix", "eprinttype")
_ARXIV = ("", "arxiv")
_READ = {*FIELDS, *TITLES, *NOTES, *_ARCHIVES, "volume"}
# The time that these take grows no faster than the text.
_TAG = re.compile(r"</?\w[^<>]*>")
_BREAK = re.compile(r"</(?:p|div|li|h[1-6])>|<br\s*/?>", re.IGNORECASE)


def read(format: str, records: Iterable[object]) -> Recognised:
    """Returns what was recognised in these records, each a mapping of fields. Raises BadInput if it takes too long."""
    found = Recognised(format)
    for record in Deadline().over(records):
        found.papers.add(entries(record, found.problems))
    return found


def entries(record: object, problems: list[Problem]) -> Iterator[Entry]:
    """Yields the paper of a record, or nothing; adds to the problems what was not recognised, or not as a whole."""
    if isinstance(record, Problem):
        problems.append(record)
        return
    if not isinstance(record, Mapping):
        problems.append(Problem.of(str(record), NO_RECORD))
        return
    fields = _texts(record)
    title = next((text for name in TITLES for value in fields.get(name, []) if (text := title_of(value))), "")
    if sum(len(text) + 1 for texts in fields.values() for text in texts) > MAX_ENTRY:
        problems.append(Problem.of(title or _first_text(record), TOO_LONG))
        return
    arxiv_id = _arxiv_id(fields)
    if arxiv_id is None:
        problems.append(Problem.of(title or _first_text(record), NO_ID))
        return
    note, is_cut = note_of(_note(fields))
    if is_cut:
        problems.append(Problem.of(title or arxiv_id, CUT))
    yield Entry(arxiv_id, title, note)


def _texts(record: Mapping) -> dict[str, list[str]]:
    """Returns the texts of the fields that are read, by the names of these in lower case."""
    fields = {}
    for name, value in record.items():
        if (lower := str(name).lower()) in _READ:
            values = value if isinstance(value, list) else [value]
            fields[lower] = [text for text in values if isinstance(text, str)]
    return fields


def _arxiv_id(fields: Mapping[str, list[str]]) -> str | None:
    """Returns the id that the first field has which names one paper."""
    for name in FIELDS:
        if name == "eprint" and _archive(fields).lower() not in _ARXIV:
            continue
        for text in _lines(fields, name):
            found = identifiers.find(text)
            if len(found) == 1:
                return next(iter(found))
    return None


def _archive(fields: Mapping[str, list[str]]) -> str:
    return next((text for name in _ARCHIVES for text in fields.get(name, []) if text), "")


def _lines(fields: Mapping[str, list[str]], name: str) -> Iterator[str]:
    """Yields the texts of a field, and its lines. DBLP writes `journal = {CoRR}, volume = {abs/2509.08721}`."""
    volumes = [volume for volume in fields.get("volume", []) if len(volume) <= MAX_VOLUME]
    for text in fields.get(name, []):
        yield from dict.fromkeys([text, *text.splitlines()])
        for volume in volumes[:1]:
            yield f"{text} {volume}"


def _note(fields: Mapping[str, list[str]]) -> str:
    """Returns the person's own notes, as plain text: Zotero exports them as HTML.

    Zotero also keeps arXiv's comment on a paper, such as “Comment: 12 pages”, as a note. Those are left out.
    """
    texts = [_plain(text) for name in NOTES for text in fields.get(name, [])]
    return "\n\n".join(text for text in texts if text.strip() and not text.startswith("Comment: "))


def _plain(text: str) -> str:
    """Returns the text without tags; one that has any is HTML, in which only some of them end a line."""
    if not _TAG.search(text):
        return text
    lines = html.unescape(nh3.clean(_BREAK.sub("\n", text), tags=set())).splitlines()
    return "\n".join(filter(None, map(str.strip, lines)))


def _first_text(record: Mapping) -> str:
    return next((value for value in record.values() if isinstance(value, str) and value.strip()), "")
