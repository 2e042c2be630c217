"""Reads an archive that `papers.people.takeout` wrote, on this site or on another one.

Nothing is unpacked: a few files are read by their names, each up to a limit, so what else is in the archive, how it is
called and how large it would be does not matter.
"""

import json
import re
import zlib
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from lib.refusals import BadInput
from lib.text import legible, one_line
from papers import identifiers
from papers.intake.limits import Deadline
from papers.intake.recognised import CUT, MAX_CUT, Entry, Group, Problem, Recognised, note_of, title_of
from papers.models import Collection, VoteState
from papers.models import follow as follow_models
from papers.models.collection import Visibility

MAX_FILES = 200  # of the archive
MAX_BYTES = 20_000_000  # of all files that are read, when unpacked
MAX_ROWS = 50_000  # of one file
MAX_ROW = 20_000  # characters of JSON: more than twice those of the longest description
NAMES = ("bookmarks", "upvotes", "collections", "collected_papers")
COLUMNS = (
    *("arxiv_id", "title", "note", "version", "created_at", "state", "what"),
    *("name", "description", "visibility", "address", "collection_address"),
)
LEFT_OUT = (VoteState.REVIEW, VoteState.REFUSED)
_MAX_FOLLOWED = 300
_BEGIN, _NEXT = re.compile(r"\s*\["), re.compile(r"\s*([,\]])\s*")
_EMPTY = re.compile(r"\s*\[\s*\]\s*")
_BLANK = re.compile(r"\s*")
_DECODER = json.JSONDecoder()
_DAMAGED = "This ZIP file is damaged or not complete. Download it again."
_NO_ARCHIVE = (
    "This ZIP file is no export from Broadsheet. If it has a file of references in it, unpack it and choose that file."
)
_MAX_NAME = Collection._meta.get_field("name").max_length
_MAX_DESCRIPTION = Collection._meta.get_field("description").max_length


def is_zip(data: bytes) -> bool:
    return data.startswith(b"PK\x03\x04")


def read(data: bytes) -> Recognised:
    """Returns what was recognised. Raises BadInput if the archive is damaged, is not ours, or unpacks to too much."""
    found = Recognised("archive", is_archive=True)
    deadline = Deadline()
    files = {name: deadline.over(rows) for name, rows in _files(data).items()}
    for row in files.get("bookmarks", []):
        found.papers.add(_entries(row, found.problems))
    found.votes = list(_votes(files.get("upvotes", []), found.problems))
    found.collections = _collections(files, found.problems)
    for kind in follow_models.kinds():
        names = (row.get("what") for row in files.get(f"followed_{kind}", []))
        found.follows[kind] = list(dict.fromkeys(_line(name, _MAX_FOLLOWED) for name in names if isinstance(name, str)))
    return found


def _files(data: bytes) -> dict[str, list[dict]]:
    """Returns the rows of each JSON file in the archive that can be imported."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            if len(archive.infolist()) > MAX_FILES:
                raise BadInput(_NO_ARCHIVE)
            wanted = [*NAMES, *(f"followed_{kind}" for kind in follow_models.kinds())]
            names = {name for name in wanted if f"{name}.json" in archive.namelist()}
            if not names:
                raise BadInput(_NO_ARCHIVE)
            files, left = {}, MAX_BYTES
            for name in (name for name in wanted if name in names):
                content = _unpacked(archive, f"{name}.json", left)
                files[name], left = _rows(name, content), left - len(content)
            return files
    except (BadZipFile, EOFError, zlib.error, RuntimeError, NotImplementedError):  # the latter two: encrypted, unusual
        raise BadInput(_DAMAGED) from None


def _unpacked(archive: ZipFile, name: str, most: int) -> bytes:
    """Returns the content of a file, of which no more than this many bytes are unpacked."""
    if archive.getinfo(name).compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise BadInput(_DAMAGED)
    with archive.open(name) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise BadInput(f"The files in this archive are larger than {MAX_BYTES // 10**6} MB when unpacked.")
    return content


def _rows(name: str, content: bytes) -> list[dict]:
    """Returns the rows of a file, which are counted while it is parsed, with the texts and numbers of COLUMNS only."""
    rows = []
    try:
        for row in _parsed(content.decode()):
            if len(rows) == MAX_ROWS:
                raise BadInput(f"The file {name}.json in this archive has more than {MAX_ROWS:,} rows.")
            rows.append({column: row[column] for column in COLUMNS if isinstance(row.get(column), str | int)})
    except (ValueError, RecursionError):
        raise BadInput(f"The file {name}.json in this archive is no list of rows, or is broken.") from None
    return rows


def _parsed(text: str) -> Iterator[dict]:
    """Yields the objects of a list in JSON, each of which is parsed by itself, from at most MAX_ROW characters.

    So memory is needed for one of them only, whatever else is in the text. Raises ValueError and RecursionError.
    """
    if _EMPTY.fullmatch(text):
        return
    if not (begin := _BEGIN.match(text)):
        raise ValueError("This is no list.")
    position, mark = begin.end(), ","
    while mark == ",":
        position = _BLANK.match(text, position).end()
        value, length = _DECODER.raw_decode(text[position : position + MAX_ROW])
        following = _NEXT.match(text, position + length)
        if not (isinstance(value, dict) and following):
            raise ValueError("This is no object, or no comma and no bracket is behind it.")
        yield value
        position, mark = following.end(), following[1]
    if position < len(text):
        raise ValueError("There is more behind the list.")


def _line(text: str, limit: int) -> str:
    return one_line(text[: MAX_CUT * limit])[:limit]


def _entries(row: dict, problems: list[Problem]) -> Iterator[Entry]:
    """Yields the paper of a row, or nothing; adds to the problems what was not recognised, or not as a whole."""
    title, named = title_of(row.get("title")), row.get("arxiv_id")
    found = identifiers.find(named) if isinstance(named, str) else {}
    if len(found) != 1:
        problems.append(Problem.of(title or str(row), "This row has no arXiv id."))
        return
    note, is_cut = note_of(row.get("note"))
    if is_cut:
        problems.append(Problem.of(title, CUT))
    version = row.get("version")
    is_version = type(version) is int and 0 < version < 1_000
    yield Entry(next(iter(found)), title, note, _moment(row.get("created_at")), version if is_version else None)


def _moment(text: object) -> str:
    """Returns a moment of the past in ISO 8601 with its time zone, or ""."""
    try:
        moment = parse_datetime(text) if isinstance(text, str) else None
    except ValueError:
        return ""
    return moment.isoformat() if moment and moment.tzinfo and moment <= timezone.now() else ""


def _votes(rows: list[dict], problems: list[Problem]) -> Iterator[Entry]:
    """Yields the papers of upvotes. What moderators held or refused is left out, as a new vote would get round that."""
    votes = Group()
    for row in rows:
        if row.get("state") in LEFT_OUT:
            text = title_of(row.get("title")) or str(row.get("arxiv_id"))
            problems.append(Problem.of(text, "Moderators held or refused this upvote, so it is not imported."))
        else:
            votes.add(_entries(row, problems))
    return iter(votes.entries)


def _collections(files: dict[str, list[dict]], problems: list[Problem]) -> list[Group]:
    """Returns the collections with their papers in their order."""
    groups = {}
    for row in files.get("collections", []):
        name = _line(row["name"], _MAX_NAME + 1) if isinstance(row.get("name"), str) else ""
        if not 1 <= len(name) <= _MAX_NAME:
            problems.append(Problem.of(str(row.get("name")), "This collection has no name that can be used."))
            continue
        description = legible(row["description"]) if isinstance(row.get("description"), str) else ""
        visibility = row.get("visibility")
        visibility = visibility if visibility in Visibility.values else Visibility.PRIVATE.value
        groups[str(row.get("address"))] = Group(name, description[:_MAX_DESCRIPTION], visibility)
    for row in files.get("collected_papers", []):
        if group := groups.get(str(row.get("collection_address"))):
            group.add(_entries(row, problems))
        else:
            problems.append(Problem.of(str(row.get("title")), "The collection of this paper is not in the archive."))
    return list(groups.values())
