"""The dump of another Broadsheet: an index, and a file of rows for each month, whose SHA-256 the index has."""

import gzip
import hashlib
import re
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from pathlib import Path

from django.conf import settings

from papers.ingest import hub
from papers.ingest.client import Client
from papers.ingest.files import MAX_BYTES, SourceError
from papers.ingest.milestone import Milestone
from papers.ingest.problem import Problem, RecordError, read
from papers.ingest.record import PaperRecord
from papers.models import Fetched
from papers.models.fetched import dump_address
from papers.sites import is_site

FORMAT, INDEX = "broadsheet-dump-1", "index.json"
MAX_LINE = 1_000_000  # bytes
_NAME = re.compile(r"[\w-]{1,100}\.jsonl\.gz", re.ASCII)
_MONTH = re.compile(r"\d{4}-\d{2}")

type Items = Iterator[PaperRecord | Problem | Milestone]


def months(place: str, client: Client) -> list[tuple[str, Items]]:
    """Return pairs of the name and the items of each file that has changed since its month was imported.

    `place` is the address of a dump or a folder. A Milestone comes last of each file. Raises SourceError and FetchError
    for an index that cannot be used; the items raise them for a file, of which nothing is imported then.
    """
    load = partial(_load, place.removesuffix(INDEX).rstrip("/"), client)
    site, entries = _read_index(load(INDEX))
    imported = dict(Fetched.objects.filter(address__startswith=dump_address(site, "")).values_list("address", "etag"))
    return [
        (name, _items(name, month, sha256, site, load))
        for name, month, sha256 in entries
        if imported.get(dump_address(site, month)) != sha256
    ]


def _load(place: str, client: Client, name: str) -> bytes:
    if "://" in place:
        return client.get(f"{place}/{name}", max_bytes=MAX_BYTES).body
    try:
        return (Path(place) / name).read_bytes()
    except OSError as error:
        raise SourceError(f"{Path(place) / name}: {error.strerror}") from error


def _read_index(data: bytes) -> tuple[str, list[tuple[str, str, str]]]:
    """Return the site, and the name, the month and the SHA-256 of each file, the latest month first."""
    try:
        index = hub.expect(dict, hub.load(data), "index")
        files = [hub.expect(dict, entry, "file") for entry in hub.expect(list, index.get("files"), "files")]
    except RecordError as error:
        raise SourceError(str(error)) from None
    site = index.get("site")
    if index.get("format") != FORMAT or not is_site(site):
        raise SourceError(f"this is no index of a dump that is read here ({FORMAT})")
    if site == settings.BASE_URL:
        raise SourceError("this is a dump of this site itself, whose votes and comments would count twice")
    entries = [tuple(str(entry.get(key)) for key in ("name", "month", "sha256")) for entry in files]
    if not all(_NAME.fullmatch(name) and _MONTH.fullmatch(month) for name, month, _ in entries):
        raise SourceError("the index names a file that is none of a dump")
    return site, sorted(entries, key=lambda entry: entry[1], reverse=True)


def _items(name: str, month: str, sha256: str, site: str, load: Callable[[str], bytes]) -> Items:
    data = load(name)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise SourceError("its SHA-256 is not the one in the index, so nothing of it was imported")
    try:
        yield from read(_lines(data), lambda line: hub.record(hub.load(line), site), name)
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(f"a broken gzip: {error}") from error
    yield Milestone((Fetched(address=dump_address(site, month), etag=sha256),))


def _lines(data: bytes) -> Iterator[bytes]:
    with gzip.GzipFile(fileobj=BytesIO(data)) as file:
        while line := file.readline(MAX_LINE):
            yield line
