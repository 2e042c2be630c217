"""A file of numbers in the format of prometheus_client, which its MultiProcessCollector reads.

prometheus_client maps its files into memory, so on a full disk the kernel would kill the process that counts. Here, the
numbers are in the memory of the process, and `save_all` writes them with calls that may fail.
"""

import logging
import os
import struct
from struct import pack, pack_into, unpack_from

from prometheus_client.mmap_dict import MmapedDict

_HEAD = 8  # bytes: the number of those in use, and padding
_PAIR = "dd"  # a value, and its time in seconds
logger = logging.getLogger(__name__)
_open: "set[NumberFile]" = set()


class NumberFile:
    """Numbers by their keys, those that the file has already among them. One thread at a time may use it.

    `values.MultiProcessValue` of prometheus_client needs these methods, and `save_all` writes what has changed.
    """

    def __init__(self, path: str) -> None:
        self.file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        if not os.fstat(self.file).st_size:
            os.ftruncate(self.file, _HEAD)  # so that a scrape finds no numbers
        self.content, self.positions, self.is_saved = bytearray(_HEAD), {}, True
        for key, value, at in _saved(path):
            self._add(key, value, at)
        _open.add(self)

    def read_value(self, key: str) -> tuple[float, float]:
        if key not in self.positions:
            self._add(key, 0.0, 0.0)
            self.is_saved = False
        return unpack_from(_PAIR, self.content, self.positions[key])

    def write_value(self, key: str, value: float, at: float) -> None:
        pack_into(_PAIR, self.content, self.positions[key], value, at)
        self.is_saved = False

    def close(self) -> None:
        _open.discard(self)
        os.close(self.file)

    def save(self) -> None:
        """Write the file, and last how many of its bytes are in use, so that a scrape reads no half of a number.

        Raises OSError if the disk is full; what the file had then stays as it was.
        """
        content, position = bytes(self.content), _HEAD
        while position < len(content):
            position += os.pwrite(self.file, content[position:], position)
        os.pwrite(self.file, pack("ii", len(content), 0), 0)
        self.is_saved = True

    def _add(self, key: str, value: float, at: float) -> None:
        name = key.encode()
        padding = 8 - (len(name) + 4) % 8  # so that the pair begins at a multiple of eight
        self.content += pack("i", len(name)) + name + b" " * padding
        self.positions[key] = len(self.content)
        self.content += pack(_PAIR, value, at)


def _saved(file: str) -> list[tuple[str, float, float]]:
    """Returns the numbers of a file: none if it is damaged, since it is better to count from 0 than not at all."""
    try:
        return [row[:3] for row in MmapedDict.read_all_values_from_file(file)]
    except (RuntimeError, ValueError, struct.error):
        logger.warning("%s is damaged, and counts from 0 again", file)
        return []


def save_all() -> None:
    """Write the numbers of this process. Raises OSError."""
    for file in tuple(_open):
        if not file.is_saved:
            file.save()
