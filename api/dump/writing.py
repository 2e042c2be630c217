"""The dump: all papers as everybody may see them, in a file for each month, and an index of the files.

Each line of a file is a row as `/api/daily_papers` has it, with the models, datasets and demos that `/api/papers/{id}`
has beside it. A file's name has the beginning of its SHA-256, so that what it contains never changes; it is deleted two
dumps after the last one that has it. The index is replaced last. The storage gives a file its name when it is complete.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from itertools import batched
from tempfile import TemporaryFile

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import transaction
from django.utils import timezone

from api.rows.papers import linked, repositories, rows_by_key
from api.rows.values import moment
from lib.env import DATA
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


def stored() -> Storage:
    """The storage of the dump."""
    return storages["dump"]


def index_text() -> str | None:
    """The index of the latest dump as JSON; None before the first one."""
    try:
        with stored().open(INDEX) as file:
            return file.read().decode()
    except FileNotFoundError:
        return None


def index() -> dict | None:
    """The index of the latest dump; None before the first one."""
    text = index_text()
    return text and json.loads(text)


@transaction.atomic
def write(report: Callable[[dict], None] = lambda entry: None) -> dict:
    """Write the dump and return its index. `report` gets each entry of the index once its file is there."""
    take(_LOCK)
    before, files = index(), []
    for first_day in Paper.objects.by_month().values_list("month", flat=True):
        files.append(_write_month(first_day))
        report(files[-1])
    new = {
        "format": FORMAT,
        "site": settings.BASE_URL,
        "madeAt": moment(timezone.now()),
        "licence": LICENCE,
        "papers": sum(entry["papers"] for entry in files),
        "files": files,
    }
    stored().save(INDEX, ContentFile(json.dumps(new, indent=1, ensure_ascii=False).encode()))
    _clear([new, before or {"files": []}])
    return new


def _write_month(first_day: date) -> dict:
    """Write the file of this month, unless it is stored already. Returns its entry in the index."""
    with TemporaryFile(dir=DATA) as file:
        papers = _write_rows(file, Period.month(first_day))
        size = file.tell()
        file.seek(0)
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        name = f"{first_day:%Y-%m}-{sha256[:16]}.jsonl.gz"
        if not stored().exists(name):
            file.seek(0)
            stored().save(name, File(file))
    return {"name": name, "month": f"{first_day:%Y-%m}", "papers": papers, "bytes": size, "sha256": sha256}


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


def _clear(indexes: list[dict]) -> None:
    """Delete files that none of these indexes names, and what a dump has left that was killed."""
    names = {entry["name"] for one in indexes for entry in one["files"]}
    stored().clear(name for name in stored().listdir("")[1] if NAME.fullmatch(name) and name not in names)
