"""The state folder, and in one sentence what is wrong with it."""

import errno
import os
import pwd
import shutil
from pathlib import Path

from psycopg.errors import DiskFull

from lib.env import DATA

NEEDED_MB = 32  # PostgreSQL makes files of 16 MB
NEW_MB = 64  # for a new database
_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


class Unusable(Exception):
    """The state folder, or the database in it, cannot be used; the text is a sentence that says why."""


def check(needed_mb: int = NEEDED_MB) -> None:
    """Raises Unusable if something is wrong with the state folder, or if it has less space than that."""
    if sentence := trouble(needed_mb=needed_mb):
        raise Unusable(sentence)


def trouble(error: Exception | None = None, needed_mb: int = NEEDED_MB) -> str | None:
    """Returns what is wrong with the state folder and what to do, or None if nothing is.

    `error` is what happened, perhaps because of it: an OSError, or an error of the database. On a full disk, its text
    stands before the sentence if it has another reason.
    """
    number, name = getattr(error, "errno", None), getattr(error, "filename", None)
    path = Path(name) if isinstance(name, str) else None
    if path and not path.is_relative_to(DATA) and not DATA.is_relative_to(path):
        return None
    folder = next(folder for folder in (DATA, *DATA.parents) if os.path.exists(folder))
    otherwise = "or set BROADSHEET_DATA to another folder."
    if not folder.is_dir():
        return f"The state folder {DATA} cannot be made, because {folder} is a file: move it away, {otherwise}"
    is_for_want_of_room = number in _FULL or isinstance(getattr(error, "__cause__", None), DiskFull)
    if is_for_want_of_room or is_full(folder, needed_mb):
        sentence = f"The disk of the state folder {DATA} is full: free at least {needed_mb} MB, {otherwise}"
        return f"{error}\n{sentence}" if error and not is_for_want_of_room else sentence
    is_forbidden = path and number in _FORBIDDEN if error else not os.access(folder, os.W_OK | os.X_OK)
    if is_forbidden:
        path = path if path and os.path.exists(path) else folder
        return f"{path} cannot be written by {user()} ({owned(path)}): make the state folder writable, {otherwise}"
    return None


def is_full(folder: Path, needed_mb: int) -> bool:
    return shutil.disk_usage(folder).free < needed_mb * 1024**2


def owned(path: Path) -> str:
    """Returns to whom this file or folder belongs, and whether its disk is read-only."""
    try:
        is_read_only = os.statvfs(path).f_flag & os.ST_RDONLY
        return f"it belongs to {user(path.stat().st_uid)}" + (", and its disk is read-only" if is_read_only else "")
    except OSError:
        return "it is out of reach"


def user(uid: int | None = None) -> str:
    """Returns the name of this user, or of the one who runs this process."""
    uid = os.geteuid() if uid is None else uid
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"the user {uid}"
