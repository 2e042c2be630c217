"""The bytes of a FILE, unpacked if it is a gzip."""

import gzip
import zlib
from io import BytesIO

LIMIT = 200 * 1024 * 1024  # bytes, unpacked


class SourceError(Exception):
    """The file cannot be read; the text says why, in words."""


def read(path: str) -> bytes:
    """Raises SourceError: no such file, a broken gzip, more than `LIMIT` bytes."""
    try:
        with open(path, "rb") as file:
            data = file.read(LIMIT + 1)
        if data.startswith(b"\x1f\x8b"):
            data = gzip.GzipFile(fileobj=BytesIO(data)).read(LIMIT + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(getattr(error, "strerror", None) or f"a broken gzip: {error}") from error
    if len(data) > LIMIT:
        raise SourceError(f"more than {LIMIT:,} bytes")
    return data
