"""The uploads of a backup: all files of Django's default storage, wherever that is."""

from collections.abc import Callable, Iterator
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage
from django.core.management import CommandError

from config.backup.manifest import Content, copy
from lib.images import small
from papers.audit import used_pictures


def names(folder: str = "") -> Iterator[str]:
    """Yields the names of all uploads; none if there is no folder of uploads yet."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    prefix = f"{folder}/" if folder else ""
    yield from (f"{prefix}{file}" for file in sorted(files))
    for each in sorted(folders):
        yield from names(f"{prefix}{each}")


def needed() -> set[str]:
    """Returns the names of all pictures that rows refer to, in both sizes."""
    used = used_pictures()
    return used | {small(name) for name in used}


def save(uploads: list[str], folder: Path, advance: Callable[[], None]) -> dict[str, Content]:
    """Copy these uploads into the folder. Returns what was copied; an upload that was deleted meanwhile is left out."""
    contents = {}
    for name in uploads:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            source = default_storage.open(name)
        except FileNotFoundError:
            continue
        with source, path.open("xb") as target:
            contents[name] = copy(source, target)
        advance()
    return contents


def check_empty() -> None:
    """Raises CommandError if there are uploads."""
    if first := next(names(), None):
        raise CommandError(f"The site has uploads ({first}), and a restore overwrites nothing: move them away.")


def load(uploads: list[str], folder: Path, advance: Callable[[], None]) -> None:
    """Copy these uploads from the folder into the storage, replacing those of an interrupted restore."""
    for name in uploads:
        if default_storage.exists(name):
            default_storage.delete(name)
        with (folder / name).open("rb") as file:
            stored = default_storage.save(name, File(file))
        if stored != name:
            raise CommandError(f"The upload {name} was stored as {stored}: something else writes uploads.")
        advance()
