"""The manifest of a backup: the versions that it was made with, the rows of its tables, and digests of its files."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, Self

from django.core.management import CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils.version import get_version_tuple

from lib.release import version

FORMAT = 1
NAME, DUMP, MEDIA, SECRET_KEY = "manifest.json", "database.dump", "media", "secret_key"
_BLOCK = 1024 * 1024  # bytes


@dataclass(frozen=True)
class Content:
    """The size of a file in bytes, and its digest."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup contains. The keys of `files` are paths in its folder; `migrations` are like `papers.0001_initial`.

    `tables` has the number of rows of each table in the dump. `missing` names pictures that rows refer to, but that
    were not in the storage.
    """

    format: int
    broadsheet: str
    postgresql: str
    made_at: str
    migrations: list[str]
    tables: dict[str, int]
    files: dict[str, Content]
    missing: list[str]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Returns the manifest in this folder. Raises CommandError if there is none that this release can read."""
        path = folder / NAME
        try:
            data = json.loads(path.read_bytes())
            if data["format"] != FORMAT:
                raise CommandError(f"{path} has the format {data['format']}, but this release reads {FORMAT} only.")
            files = {name: Content(**values) for name, values in data.pop("files").items()}
            return cls(files=files, **data)
        except FileNotFoundError:
            raise CommandError(f"{folder} is not a backup: it has no {NAME}.") from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise CommandError(f"{path} is damaged: it cannot be read as a manifest.") from None

    def write(self, folder: Path) -> None:
        (folder / NAME).write_text(json.dumps(asdict(self), indent=1) + "\n")

    def check_release(self) -> None:
        """Raises CommandError if a newer release has made the backup, which this one cannot understand."""
        unknown = set(self.migrations) - _migrations_of_this_release()
        if get_version_tuple(self.broadsheet) > get_version_tuple(version()) or unknown:
            raise CommandError(
                f"The backup is of Broadsheet {self.broadsheet}, which is newer than this one ({version()}): "
                f"install that release, or a newer one."
            )

    def check_files(self, folder: Path, advance: Callable[[], None]) -> None:
        """Compare every file of the backup with its size and digest. Raises CommandError at the first difference."""
        if DUMP not in self.files:
            raise CommandError(f"{folder / NAME} is damaged: it does not mention {DUMP}.")
        for name, expected in self.files.items():
            path = folder / name
            try:
                found = content(path)
            except FileNotFoundError:
                raise CommandError(f"The backup is incomplete: {path} is missing.") from None
            if found.size != expected.size:
                sizes = f"{found.size:,} bytes instead of {expected.size:,}"
                raise CommandError(f"The backup is damaged: {path} has {sizes}.")
            if found != expected:
                raise CommandError(f"The backup is damaged: {path} is not the file that was backed up (SHA-256).")
            advance()


def applied_migrations() -> list[str]:
    """Returns the migrations that the database has, such as `papers.0001_initial`, sorted."""
    return sorted(f"{app}.{name}" for app, name in MigrationLoader(connection).applied_migrations)


def _migrations_of_this_release() -> set[str]:
    return {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}


def content(path: Path) -> Content:
    """Returns the size and the digest of this file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Content(file.tell(), digest)


def copy(source: BinaryIO, target: BinaryIO) -> Content:
    """Copy the rest of one file into the other. Returns the size and the digest of what was copied."""
    digest, size = hashlib.sha256(), 0
    while block := source.read(_BLOCK):
        target.write(block)
        digest.update(block)
        size += len(block)
    return Content(size, digest.hexdigest())
