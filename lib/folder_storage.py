"""A storage of files that are complete before they have their names."""

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings
from django.core.files.storage import FileSystemStorage

_PART = ".part"  # the end of the name of a file that is being written, or whose writer was killed
_WRITER_SECONDS = 3600  # longer than a writer takes


class FolderStorage(FileSystemStorage):
    """Files in the folder that a setting names.

    A file has its name when all of it is on the disk, and replaces another one of that name at once, as in a store that
    speaks S3. Other users of the machine can neither list nor read a private folder.
    """

    def __init__(self, setting: str, *, is_private: bool):
        super().__init__(allow_overwrite=True)
        self.setting, self.is_private = setting, is_private

    @property
    def base_location(self) -> Path:
        return getattr(settings, self.setting)

    @property
    def location(self) -> str:
        return os.path.abspath(self.base_location)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Returns the names of folders and of complete files; none if the folder was never made."""
        folders, files = super().listdir(path) if self.exists(path) else ([], [])
        return folders, [name for name in files if not name.endswith(_PART)]

    def clear(self, names: Iterable[str]) -> None:
        """Delete the files of these names, and what writers have left that were killed."""
        for name in names:
            self.delete(name)
        for part in Path(self.location).rglob(f"*{_PART}"):
            with suppress(FileNotFoundError):  # it has got its name in this moment
                if part.stat().st_mtime < time.time() - _WRITER_SECONDS:
                    part.unlink()

    def _save(self, name: str, content) -> str:
        path = Path(self.path(name))
        path.parent.mkdir(mode=0o700 if self.is_private else 0o755, parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=".", suffix=_PART, delete=False) as file:
            part = Path(file.name)
            try:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
                part.chmod(0o600 if self.is_private else 0o644)
                part.rename(path)
            finally:
                part.unlink(missing_ok=True)
        return name
