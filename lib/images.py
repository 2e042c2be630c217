"""Pictures from outside. Each is re-encoded without its metadata; what came is never served.

All go the same way: `PictureField` (lib.widgets) takes an upload, or the worker fetches a file; `keep` stores two WebP
files under one random name, and the row holds the name of the large one.
"""

import secrets
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from lib import image_worker
from lib.refusals import Busy

MAX_BYTES = 5 * 1024 * 1024
TYPES = tuple(f"image/{name.lower()}" for name in image_worker.FORMATS)
KEPT_SECONDS = 24 * 3600  # how long a form that has a picture in it may stay open
TIMEOUT = 10  # seconds for work that needs at most four of CPU time, since the machine may be busy


@dataclass(frozen=True)
class Shape:
    """A kind of picture: its folder, the sizes of its two files, and whether pictures are cropped to these sizes."""

    folder: str
    large: tuple[int, int]
    small: tuple[int, int]
    fill: bool


LOGO = Shape("logos", (256, 256), (96, 96), fill=False)
COVER = Shape("covers", (1600, 400), (800, 200), fill=True)
PORTRAIT = Shape("portraits", (256, 256), (96, 96), fill=True)
FIGURE = Shape("figures", (640, 480), (320, 240), fill=True)  # of papers


def keep(upload, shape: Shape) -> str:
    """Store the picture in both sizes. Returns the name of the large one; `small` gives the name of the other.

    Raises ValidationError, with a message for the person who uploads it, for a file that is no picture in one of
    FORMATS, is larger than 5 MB, has more than 25 million pixels, or takes too much time or memory to decode.
    """
    if upload.size > MAX_BYTES:
        raise ValidationError("The picture is larger than 5 MB.")
    upload.seek(0)
    return _store(upload.read(), shape, "fill" if shape.fill else "fit")


def keep_page(pdf: bytes, shape: Shape) -> str:
    """Store the upper part of a PDF's first page in both sizes. Returns and raises what `keep` does."""
    return _store(pdf, shape, "page")


def _store(data: bytes, shape: Shape, mode: str) -> str:
    large, little = _convert(data, shape, mode)
    name = f"{shape.folder}/{secrets.token_hex(16)}.webp"
    default_storage.save(small(name), ContentFile(little))
    return default_storage.save(name, ContentFile(large))


def small(name: str) -> str:
    """Returns the name or address of the small picture that belongs to this large one."""
    return f"{name.removesuffix('.webp')}-small.webp"


def copy(name: str) -> str:
    """Store the picture in both sizes under another random name, which is returned. A missing file stays missing."""
    other = f"{name.rpartition('/')[0]}/{secrets.token_hex(16)}.webp"
    for source, target in ((name, other), (small(name), small(other))):
        if default_storage.exists(source):
            with default_storage.open(source) as file:
                default_storage.save(target, file)
    return other


def forget(names: Iterable[str]) -> None:
    """Delete these pictures, which no page shows any more, in both sizes. Those that do not exist are ignored.

    What is left because the store does not answer is deleted by `sweep`.
    """
    with suppress(Busy):
        for name in names:
            default_storage.delete(name)
            default_storage.delete(small(name))


def sweep(folder: str, used: set[str]) -> None:
    """Delete the pictures of this folder that are not used and so old that no open form can have them any more."""
    try:
        _, files = default_storage.listdir(folder)
    except FileNotFoundError:  # no picture of this kind was ever stored
        return
    names = {f"{folder}/{file.removesuffix('-small.webp').removesuffix('.webp')}.webp" for file in files}
    limit = timezone.now() - timedelta(seconds=2 * KEPT_SECONDS)
    for name in names - used:
        stored = [file for file in (name, small(name)) if default_storage.exists(file)]
        if stored and max(map(default_storage.get_modified_time, stored)) < limit:
            forget([name])


def _convert(data: bytes, shape: Shape, mode: str) -> tuple[bytes, bytes]:
    sides = [str(side) for side in shape.large + shape.small]
    command = [sys.executable, "-I", "-W", "ignore", image_worker.__file__, *sides, mode]
    try:
        run = subprocess.run(command, input=data, capture_output=True, timeout=TIMEOUT, check=False, env={}, cwd="/")
    except subprocess.TimeoutExpired:
        raise ValidationError(image_worker.TOO_MUCH) from None
    if run.returncode:
        is_refused = run.returncode == image_worker.REFUSED
        raise ValidationError(run.stderr.decode() if is_refused else image_worker.TOO_MUCH)
    length = int.from_bytes(run.stdout[:8])
    return run.stdout[8 : 8 + length], run.stdout[8 + length :]
