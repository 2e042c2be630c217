"""Uploaded pictures: verified, stripped of all metadata and re-encoded: no upload is ever served as it came.

One path for logos, covers and people's portraits: `PictureField` (lib.widgets) takes an upload, `keep` makes two WebP
files of it under one random name, and a row holds the name of the large one.
"""

import secrets
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from lib import darkroom

MAX_BYTES = 5 * 1024 * 1024
TYPES = tuple(f"image/{name.lower()}" for name in darkroom.FORMATS)
KEPT_SECONDS = 24 * 3600  # how long a form may stand open that has a picture in it
PATIENCE = 10  # seconds that a busy machine may take for what needs less than one of computing


@dataclass(frozen=True)
class Shape:
    """Where pictures of a kind are kept, how large both files are, and whether they are cut to exactly that shape."""

    folder: str
    large: tuple[int, int]
    small: tuple[int, int]
    fill: bool


LOGO = Shape("logos", (256, 256), (96, 96), fill=False)
COVER = Shape("covers", (1600, 400), (800, 200), fill=True)
PORTRAIT = Shape("portraits", (256, 256), (96, 96), fill=True)


def keep(upload, shape: Shape) -> str:
    """Store the picture in both sizes; returns the large one's name, from which `small` tells the other's.

    Raises ValidationError, in words for the uploader, for anything that is not a picture of a known kind,
    is larger than 5 MB, has more than 25 million pixels, or takes more time or memory than any picture has to.
    """
    if upload.size > MAX_BYTES:
        raise ValidationError("The picture is larger than 5 MB.")
    upload.seek(0)
    large, little = _develop(upload.read(), shape)
    name = f"{shape.folder}/{secrets.token_hex(16)}.webp"
    default_storage.save(small(name), ContentFile(little))
    return default_storage.save(name, ContentFile(large))


def small(name: str) -> str:
    """The name or address of the small picture beside this large one."""
    return f"{name.removesuffix('.webp')}-small.webp"


def forget(names: Iterable[str]) -> None:
    """Delete these pictures in both sizes; for a picture that is gone already, nothing happens."""
    for name in names:
        default_storage.delete(name)
        default_storage.delete(small(name))


def sweep(folder: str, used: set[str]) -> None:
    """Delete the pictures of this folder that are not used, once no form can stand open that has them in it."""
    _, files = default_storage.listdir(folder) if default_storage.exists(folder) else ([], [])
    names = {f"{folder}/{file.removesuffix('-small.webp').removesuffix('.webp')}.webp" for file in files}
    last = timezone.now() - timedelta(seconds=2 * KEPT_SECONDS)
    for name in names - used:
        if default_storage.exists(name) and default_storage.get_modified_time(name) < last:
            forget([name])


def _develop(data: bytes, shape: Shape) -> tuple[bytes, bytes]:
    sides = [str(side) for side in shape.large + shape.small]
    command = [sys.executable, "-I", "-W", "ignore", darkroom.__file__, *sides, "fill" if shape.fill else "fit"]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=PATIENCE, check=False, env={}, cwd="/")
    except subprocess.TimeoutExpired:
        raise ValidationError(darkroom.TOO_MUCH) from None
    if done.returncode:
        raise ValidationError(done.stderr.decode() if done.returncode == darkroom.REFUSED else darkroom.TOO_MUCH)
    length = int.from_bytes(done.stdout[:8])
    return done.stdout[8 : 8 + length], done.stdout[8 + length :]
