"""The environment, read once: the process's own variables, then `.env` beside manage.py."""

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


def cores() -> int:
    """How many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def kept_secret(name: str, length: int = 48) -> str:
    """The secret of this name, `length` random bytes, kept in the state folder for its owner to read only."""
    path = DATA / name
    if not path.exists():
        DATA.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=DATA) as made:  # complete before it has its name
            made.write(secrets.token_urlsafe(length))
            made.flush()
            with contextlib.suppress(FileExistsError):  # another process was first
                os.link(made.name, path)
    return path.read_text()
