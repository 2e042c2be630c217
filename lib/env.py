"""The environment: variables of the process, then those of the file `.env` beside manage.py."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

import environ

ROOT = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(ROOT / ".env")

DATA = Path(env("BROADSHEET_DATA", default=str(ROOT / "var"))).expanduser().resolve()


def number(name: str, default: int) -> int | str:
    """Returns a whole number of the environment. What is none stays as it was typed, for a system check to name it."""
    text = env(name, default=str(default))
    return int(text) if text.isdecimal() and text.isascii() else text


def cores() -> int:
    """Returns how many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def stored_secret(name: str, length: int = 48) -> str:
    """Returns the secret in the file of this name in the state folder; creates it from `length` random bytes.

    Only the owner of the file may read it.
    """
    path = DATA / name
    if not path.exists():
        DATA.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=DATA) as file:  # complete before it has its name
            file.write(secrets.token_urlsafe(length))
            file.flush()
            with contextlib.suppress(FileExistsError):  # another process was first
                os.link(file.name, path)
    return path.read_text()
