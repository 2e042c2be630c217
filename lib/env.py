"""The environment: variables of the process, then those of the file `.env` beside manage.py."""

import contextlib
import os
import re
import secrets
import sys
import tempfile
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
_LINE = re.compile(r"#|(export )?[A-Za-z_0-9]+=")  # that django-environ reads
_ON, _OFF = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")

env = environ.Env()


def read(path: Path) -> None:
    """Read a file of variables. Raises ImproperlyConfigured for a line that is none, without showing it."""
    lines = path.read_text().splitlines() if path.exists() else []
    for number, line in enumerate(lines, 1):
        if line.strip() and not _LINE.match(line):
            raise ImproperlyConfigured(
                f"{path}, line {number}: write it as NAME=value, without spaces around the name."
            )
    env.read_env(path)


try:
    read(ROOT / ".env")
except ImproperlyConfigured as error:
    sys.exit(str(error))  # here, since no module that could say it can be imported

DATA = Path(env("BROADSHEET_DATA", default=str(ROOT / "var"))).expanduser().resolve()


def number(name: str, default: int) -> int:
    """Returns a whole number of the environment. Raises ImproperlyConfigured if it is none."""
    text = env(name, default="") or str(default)
    if text.isdecimal() and text.isascii():
        return int(text)
    raise ImproperlyConfigured(f"{name} is no whole number: {text!r}.")


def switch(name: str, *, default: bool) -> bool:
    """Returns whether something is on. Raises ImproperlyConfigured for a word that says neither."""
    text = env(name, default="1" if default else "0").lower()
    if text in _ON + _OFF:
        return text in _ON
    raise ImproperlyConfigured(f"{name} is neither 1 nor 0: {text!r}.")


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
