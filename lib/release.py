"""What this release is made of, as a digest: so that what an older one made is not taken for ours."""

import hashlib
from functools import cache
from pathlib import Path

from lib.env import ROOT


@cache
def digest(*names: str) -> str:
    """Of the contents of these files and folders of the tree."""
    told = hashlib.blake2b(digest_size=12)
    for path in (path for name in names for path in _files(ROOT / name)):
        told.update(path.read_bytes())
    return told.hexdigest()


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(file for file in path.rglob("*.*") if file.is_file() and file.suffix != ".pyc")
