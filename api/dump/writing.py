"""The dump: all papers as everybody may see them, in a file for each month, and an index of the files.

Each line of a file is a row as `/api/daily_papers` has it, with the models, datasets and demos that `/api/papers/{id}`
has beside it. A file's name has the beginning of its SHA-256, so that what it contains never changes; it is deleted two
dumps after the last one that has it. The index is replaced last.
"""

import gzip
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from datetime import date
from itertools import batched
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone

from api.rows.papers import linked, repositories, rows_by_key
from api.rows.values import moment
from lib.locks import take
from papers.ingest.dump import FORMAT, INDEX
from papers.models import Paper
from papers.period import Period

NAME = re.compile(r"\d{4}-\d{2}-[0-9a-f]{16}\.jsonl\.gz")
BATCH = 500
_LOCK = 0x64756D70  # the number of an advisory lock of PostgreSQL, which nothing else takes
LICENCE = (
    "Titles, abstracts, authors and categories are arXiv's metadata, which is in the public domain (CC0 1.0, "
    "https://info.arxiv.org/help/license/index.html)."
)


def index() -> dict | None:
    """The index of the latest dump; None before the first one."""
    try:
        return json.loads((settings.DUMP_ROOT / INDEX).read_bytes())
    except FileNotFoundError:
        return None


@transaction.atomic
def write(report: Callable[[dict], None] = lambda entry: None) -> dict:
    """Write the dump and return its index. `report` gets each entry of the index once its file is there."""
    take(_LOCK)
    folder, before = settings.DUMP_ROOT, index()
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for first_day in Paper.objects.by_month().values_list("month", flat=True):
        files.append(_write_month(folder, first_day))
        report(files[-1])
    new = {
        "format": FORMAT,
        "site": settings.BASE_URL,
        "madeAt": moment(timezone.now()),
        "licence": LICENCE,
        "papers": sum(entry["papers"] for entry in files),
        "files": files,
    }
    _place(folder, lambda file: file.write(json.dumps(new, indent=1, ensure_ascii=False).encode()), lambda path: INDEX)
    _clear(folder, [new, before or {"files": []}])
    return new


def _write_month(folder: Path, first_day: date) -> dict:
    digests: list[str] = []

    def name(path: Path) -> str:
        with path.open("rb") as file:
            digests.append(hashlib.file_digest(file, "sha256").hexdigest())
        return f"{first_day:%Y-%m}-{digests[0][:16]}.jsonl.gz"

    month = Period.month(first_day)
    path, papers = _place(folder, lambda file: _write_rows(file, month), name)
    return {
        "name": path.name,
        "month": f"{first_day:%Y-%m}",
        "papers": papers,
        "bytes": path.stat().st_size,
        "sha256": digests[0],
    }


def _write_rows(file, month: Period) -> int:
    """Write the rows of the papers that were listed, or came without being listed, in this month; their number."""
    count = 0
    # Without a name and a time in its head, the same rows always make the same file.
    with gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=6, mtime=0) as packed:
        for row in _rows(month):
            count += 1
            packed.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return count


def _rows(month: Period) -> Iterator[dict]:
    papers = Paper.objects.filter(listed_on__gte=month.start, listed_on__lt=month.end).order_by("listed_at", "pk")
    for pks in batched(papers.values_list("pk", flat=True).iterator(BATCH), BATCH):
        found = repositories(pks)
        yield from (row | linked(found[pk]) for pk, row in rows_by_key(pks, AnonymousUser()).items())


def _place[T](folder: Path, write: Callable[..., T], name: Callable[[Path], str]) -> tuple[Path, T]:
    """Write a file, and give it its name when all of it is on the disk; what stood there is replaced at once."""
    with NamedTemporaryFile(dir=folder, prefix=".", suffix=".part", delete=False) as file:
        part = Path(file.name)
        try:
            result = write(file)
            file.flush()
            os.fsync(file.fileno())
            part.chmod(0o644)
            return part.rename(folder / name(part)), result
        finally:
            part.unlink(missing_ok=True)


def _clear(folder: Path, indexes: list[dict]) -> None:
    """Delete files that none of these indexes names, and parts of a dump that was killed."""
    names = {entry["name"] for one in indexes for entry in one["files"]}
    for path in folder.iterdir():
        if path.suffix == ".part" or (NAME.fullmatch(path.name) and path.name not in names):
            path.unlink()
