"""Reading of import files, gzipped or not."""

import gzip
import zlib
from io import BytesIO

MAX_BYTES = 200 * 1024 * 1024  # unpacked


class SourceError(Exception):
    """An import file cannot be read. The message gives the reason."""


def read(path: str) -> bytes:
    """Return the content of a file, unpacked if it is gzipped. Raises SourceError, also if it is too long."""
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
        if data.startswith(b"\x1f\x8b"):
            data = gzip.GzipFile(fileobj=BytesIO(data)).read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(getattr(error, "strerror", None) or f"a broken gzip: {error}") from error
    if len(data) > MAX_BYTES:
        raise SourceError(f"more than {MAX_BYTES:,} bytes")
    return data
