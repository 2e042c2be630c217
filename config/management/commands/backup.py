import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from config.backup import database, uploads
from config.backup.manifest import DUMP, FORMAT, MEDIA, SECRET_KEY, Content, Manifest, applied_migrations, content
from config.backup.progress import step
from lib.env import DATA
from lib.refusals import Busy
from lib.release import version


class Command(BaseCommand):
    help = "Write a backup of the database and the uploads into a new folder. The site may run meanwhile."

    def add_arguments(self, parser):
        parser.add_argument("target", type=Path, metavar="TARGET", help="a folder that does not exist or is empty")
        parser.add_argument("--with-secret-key", action="store_true", help="also write the key that signs sessions")

    def handle(self, *, target, with_secret_key, **options):
        target = target.absolute()
        if target.exists() and not (target.is_dir() and not any(target.iterdir())):
            raise CommandError(f"{target} exists and is not an empty folder: name a new one.")
        if target.resolve().is_relative_to(DATA.resolve()):
            raise CommandError(f"{target} is inside the state folder and would be lost with it: name another one.")
        if database.is_unfinished():
            raise CommandError("The site is not complete: a restore has not ended. Wait for it, or restore again.")
        with _complete(target) as folder:
            manifest = self.save(folder, with_secret_key)
        size = sum(file.size for file in manifest.files.values()) / 1e6
        rows = sum(manifest.tables.values())
        self.stdout.write(f"{target} has {rows:,} rows and {len(manifest.files):,} file(s), {size:,.1f} MB.")

    def save(self, folder: Path, with_secret_key: bool) -> Manifest:
        """Write the backup into this folder. The rows come first: a file is never changed, but new rows have new files.

        A picture that was replaced after its row was read may be missing, and is reported.
        """
        made_at = timezone.now().isoformat(timespec="seconds")
        with database.snapshot() as snapshot:
            tables, migrations, needed = database.count_rows(), applied_migrations(), uploads.needed()
            with step(self.stderr, "Tables", len(tables)) as advance:
                database.dump(folder / DUMP, snapshot, advance)
        files = {DUMP: content(folder / DUMP)} | self.save_uploads(folder)
        if with_secret_key:
            (folder / SECRET_KEY).write_text(settings.SECRET_KEY)
            (folder / SECRET_KEY).chmod(0o600)
            files[SECRET_KEY] = content(folder / SECRET_KEY)
        missing = sorted(name for name in needed if f"{MEDIA}/{name}" not in files)
        for name in missing:
            self.stderr.write(f"MISSING: a row refers to the picture {name}, which is not in the storage.")
        server = connection.pg_version
        postgresql = f"{server // 10_000}.{server % 10_000}"
        manifest = Manifest(FORMAT, version(), postgresql, made_at, migrations, tables, files, missing)
        manifest.write(folder)
        return manifest

    def save_uploads(self, folder: Path) -> dict[str, Content]:
        names = list(uploads.names())
        with step(self.stderr, "Uploads", len(names)) as advance:
            contents = uploads.save(names, folder / MEDIA, advance)
        return {f"{MEDIA}/{name}": found for name, found in contents.items()}


@contextmanager
def _complete(target: Path) -> Iterator[Path]:
    """Yields a folder beside the target, for its owner alone, which gets the target's name when it is on the disk.

    If the block fails, the folder is removed. What a backup has left that was killed is removed, too.
    """
    folder = target.with_name(f"{target.name}.unfinished")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        lock = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(f"Another backup is being written into {folder}.") from None
        _empty(folder)
        try:
            yield folder
            _sync(folder)
            folder.rename(target)
        except BaseException:
            shutil.rmtree(folder)
            raise
        finally:
            os.close(lock)
        _sync_one(target.parent)
    except OSError as error:
        raise CommandError(_reason(error, target)) from error
    except Busy as error:
        raise CommandError(f"The store of the uploads failed. Nothing was kept of this backup. {error}") from error


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _sync(folder: Path) -> None:
    """Write the folder to the disk, with all that is in it."""
    for path in folder.rglob("*"):
        _sync_one(path)
    _sync_one(folder)


def _sync_one(path: Path) -> None:
    """Write the file to the disk, or the names in a folder."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _reason(error: OSError, target: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk of {target} is full. Nothing was kept of this backup: free space, or name another folder."
    return f"{target} cannot be written: {error}"
