"""Which release this is, and a digest of its source code, so that what an older one cached is not used by this one."""

import hashlib
import tomllib
from functools import cache
from pathlib import Path

from lib.env import ROOT


@cache
def version() -> str:
    """Returns the version of this release, such as 0.1.0."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


@cache
def digest(*names: str) -> str:
    """Returns a digest of the contents of these files and folders, whose paths begin at the root of the repository."""
    result = hashlib.blake2b(digest_size=12)
    for path in (path for name in names for path in _files(ROOT / name)):
        result.update(path.read_bytes())
    return result.hexdigest()


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(file for file in path.rglob("*.*") if file.is_file() and file.suffix != ".pyc")
