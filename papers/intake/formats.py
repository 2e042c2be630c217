"""Recognises what a person imports by its content: an archive of this site, a file of references, or lines of text."""

import csv
import io
import json
import re
from collections.abc import Iterator
from itertools import islice

from lib.refusals import BadInput
from papers import identifiers
from papers.intake import archive, bibliographies, records
from papers.intake.limits import Deadline
from papers.intake.recognised import MAX_NOTE, Entry, Problem, Recognised, note_of

MAX_BYTES = 5_000_000
MAX_ENTRIES = 10_000  # of a list; an archive of this site may have more
MAX_COLUMNS = 300  # of a table; Zotero writes 87
MAX_BRACKETS = 500_000  # of JSON, since each list and each object takes far more memory than its two characters
_TOO_MANY = "This has {number:,} entries. One import can have {limit:,}: split it into several."
_NO_ID = "No arXiv id, address or DOI in this line."
_JSON = re.compile(r'\s*(?:\[\s*[\[{"\]]|\{\s*["}])')
_BULLET = re.compile(r"^\W*(?:\d{1,4}[.)\]]\W+)?")
_TAG = re.compile(r"\s*([^:,;\s][^:,;]{0,60}?)\s*:\s*(\S.*)")
_WORD = re.compile(r"[^\s,;|]+")
_END = re.compile(r"[\s,;:|\"'\])]")
_COLUMNS = {"arxiv_id", "doi", "url", "title"}


def read(data: bytes) -> Recognised:
    """Returns what was recognised. Raises BadInput, with a sentence for the person, if nothing can be read."""
    found = archive.read(data) if archive.is_zip(data) else _read_text(_decoded(data))
    if found.is_empty and not found.problems:
        raise BadInput("There is nothing in it.")
    return found


def _decoded(data: bytes) -> str:
    """Returns the text in UTF-8, in UTF-16 with a byte order mark, or else in the encoding of Western Windows."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", errors="replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", errors="replace")
    if "\0" in text:
        raise BadInput("This is no text, and no archive of this site. Export it as BibTeX, RIS, CSL-JSON or CSV.")
    return re.sub(r"\r\n?", "\n", text)


def _read_text(text: str) -> Recognised:
    if _JSON.match(text):
        return _read_json(text)
    if text.lstrip().startswith(("<?xml", "<rdf:RDF")):
        raise BadInput("This is XML. Export it from Zotero as BibTeX, RIS, CSL JSON or CSV instead.")
    for name, is_it, read_it in (
        ("BibTeX", bibliographies.is_bibtex, bibliographies.bibtex),
        ("RIS", bibliographies.is_ris, bibliographies.ris),
    ):
        if is_it(text):
            _demand_few(bibliographies.count(text))
            return records.read(name, read_it(text))
    return _read_table(text) if _is_table(text) else _read_lines(text)


def _demand_few(number: int) -> None:
    if number > MAX_ENTRIES:
        raise BadInput(_TOO_MANY.format(number=number, limit=MAX_ENTRIES))


def _is_table(text: str) -> bool:
    header = {name.strip().strip('"').lower() for name in text.lstrip().partition("\n")[0].split(",")}
    return len(header) > 1 and bool(header & _COLUMNS)


def _read_table(text: str) -> Recognised:
    try:
        rows = _rows(csv.DictReader(io.StringIO(text.lstrip())))
    except csv.Error as error:
        raise BadInput(f"This table (CSV) can’t be read: {error}.") from None
    own = ({name: value for name, value in row.items() if name} for row in rows)
    return records.read("CSV", ({**row, "remark": row.get("note")} if "arxiv_id" in row else row for row in own))


def _rows(table: csv.DictReader) -> list[dict]:
    """Returns the rows of a table. Each has all columns of the header, so the header is looked at first."""
    if len(table.fieldnames) > MAX_COLUMNS:
        raise BadInput(f"This table (CSV) has more than {MAX_COLUMNS} columns.")
    rows = list(islice(table, MAX_ENTRIES))
    _demand_few(len(rows) + sum(1 for row in table.reader if row))
    return rows


def _read_json(text: str) -> Recognised:
    if text.count("{") + text.count("[") > MAX_BRACKETS:
        raise BadInput("This JSON has too many lists and objects. Split it into several files.")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise BadInput("This looks like JSON, but it is broken or not complete.") from None
    if isinstance(data, dict) and isinstance(data.get("items"), list):
        data = data["items"]  # Better BibTeX for Zotero, and Zotero's own API
    if isinstance(data, list):
        _demand_few(len(data))
        if all(isinstance(text, str) for text in data):
            return _read_lines("\n".join(data))
        return records.read("JSON", (_zotero(record) for record in data))
    return _read_tags(data)


def _zotero(record: object) -> object:
    """Returns the fields of an item of Zotero's API, and any other record as it is. Notes may be objects."""
    if not isinstance(record, dict):
        return record
    fields = record["data"] if isinstance(record.get("data"), dict) else record
    notes = fields.get("notes")
    if isinstance(notes, list):
        return fields | {"notes": [note.get("note") if isinstance(note, dict) else note for note in notes]}
    return fields


def _read_tags(data: dict) -> Recognised:
    """Reads tags as of arxiv-sanity, {tag: [id, …]}, also below the names of users. A paper's tags become its note."""
    found, tags, deadline = Recognised("tags"), {}, Deadline()
    for tag, texts in _tags(data):
        if not isinstance(texts, list):
            raise BadInput("This JSON is no list of papers, and has no tags with lists of arXiv ids.")
        for text in deadline.over(texts):
            ids = _in_line(text) if isinstance(text, str) else []
            if not ids:
                found.problems.append(Problem.of(f"{tag}: {text}", "This is no arXiv id."))
            for arxiv_id in ids:
                tags.setdefault(arxiv_id, []).append(tag[:MAX_NOTE])
            _demand_few(len(tags) + len(found.problems))
    found.papers.add(_tagged(arxiv_id, names) for arxiv_id, names in tags.items())
    return found


def _tags(data: dict) -> Iterator[tuple[str, object]]:
    for name, value in data.items():
        if isinstance(value, dict):
            yield from value.items()
        else:
            yield name, value


def _tagged(arxiv_id: str, tags: list[str]) -> Entry:
    return Entry(arxiv_id, note=note_of(f"Tags: {', '.join(dict.fromkeys(tags))}")[0])


def _read_lines(text: str) -> Recognised:
    """Reads ids, addresses, DOIs and citations, one or more a line, also after a tag and a colon."""
    _demand_few(sum(1 for line in io.StringIO(text) if line.strip()))
    found = Recognised("lines")
    for line in Deadline().over(line.rstrip("\n") for line in io.StringIO(text) if line.strip()):
        tag, ids = "", _in_line(line)
        if not ids and (tagged := _TAG.fullmatch(line)):
            tag, ids = tagged[1], _all_ids(tagged[2])
        if not ids:
            found.problems.append(Problem.of(line, _NO_ID))
        found.papers.add(_tagged(arxiv_id, [tag]) if tag else Entry(arxiv_id) for arxiv_id in ids)
        _demand_few(len(found.papers.entries))
    return found


def _in_line(line: str) -> list[str]:
    """Returns the ids of the papers that a line names: all of them, or the one that it begins with."""
    return _all_ids(line) or list(identifiers.find(line)) or _first_id(line)


def _all_ids(line: str) -> list[str]:
    """Returns the ids of a line that has nothing else. Raises BadInput if they are too many."""
    ids = []
    for word in _WORD.finditer(line):
        found = identifiers.find(word[0])
        if len(found) != 1:
            return []
        ids += found
        _demand_few(len(ids))
    return ids


def _first_id(line: str) -> list[str]:
    word = _END.split(_BULLET.sub("", line, count=1), maxsplit=1)[0]
    return list(identifiers.find(word))
