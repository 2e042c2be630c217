"""Finds the arXiv id, the title and the note in the fields of one record of a reference manager."""

import html
import re
from collections.abc import Iterable, Iterator, Mapping

import nh3

from papers import identifiers
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
_ARXIV = ("", "arxiv")


def read(format: str, records: Iterable[object]) -> Recognised:
    """Returns what was recognised in these records, each a mapping of fields."""
    found = Recognised(format)
    for record in records:
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
    fields = {str(name).lower(): value for name, value in record.items()}
    title = next((text for name in TITLES if (text := title_of(fields.get(name)))), "")
    arxiv_id = arxiv_id_of(fields)
    if arxiv_id is None:
        problems.append(Problem.of(title or _first_text(fields), NO_ID))
        return
    note, is_cut = note_of(_note(fields))
    if is_cut:
        problems.append(Problem.of(title or arxiv_id, CUT))
    yield Entry(arxiv_id, title, note)


def arxiv_id_of(fields: Mapping[str, object]) -> str | None:
    """Returns the id that the first field has which names one paper."""
    for name in FIELDS:
        if name == "eprint" and str(_archive(fields)).lower() not in _ARXIV:
            continue
        for text in _texts(fields, name):
            found = identifiers.find(text)
            if len(found) == 1:
                return next(iter(found))
    return None


def _archive(fields: Mapping[str, object]) -> object:
    return fields.get("archiveprefix") or fields.get("eprinttype") or ""


def _texts(fields: Mapping[str, object], name: str) -> Iterator[str]:
    """Yields the texts of a field, and its lines. DBLP writes `journal = {CoRR}, volume = {abs/2509.08721}`."""
    value = fields.get(name)
    for text in value if isinstance(value, list) else [value]:
        if isinstance(text, str):
            yield from dict.fromkeys([text, *text.splitlines()])
            if isinstance(volume := fields.get("volume"), str):
                yield f"{text} {volume}"


def _note(fields: Mapping[str, object]) -> str:
    """Returns the person's own notes, as plain text: Zotero exports them as HTML.

    Zotero also keeps arXiv's comment on a paper, such as “Comment: 12 pages”, as a note. Those are left out.
    """
    texts = [_plain(text) for name in NOTES for text in _list(fields.get(name)) if isinstance(text, str)]
    return "\n\n".join(text for text in texts if text.strip() and not text.startswith("Comment: "))


def _list(value: object) -> list:
    return value if isinstance(value, list) else [value]


def _plain(text: str) -> str:
    if not re.search(r"</?\w+[^<>]*>", text):
        return text
    lines = re.sub(r"\s*(?:</(?:p|div|li|h[1-6])>|<br\s*/?>)\s*", "\n", text, flags=re.IGNORECASE)
    return html.unescape(nh3.clean(lines, tags=set())).strip()


def _first_text(fields: Mapping[str, object]) -> str:
    return next((value for value in fields.values() if isinstance(value, str) and value.strip()), "")
