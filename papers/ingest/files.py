"""Reading of import files, gzipped or not: by a process of its own, where that is worth its start."""

import gzip
import multiprocessing
import os
import signal
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from io import BytesIO
from itertools import batched, chain
from multiprocessing.connection import Connection

from lib import tex
from papers.ingest.problem import Problem
from papers.ingest.record import PaperRecord

MAX_BYTES = 200 * 1024 * 1024  # unpacked
FEW_BYTES = 1024 * 1024  # of all files; to read them takes no longer than to start a process
BATCH_SIZE = 500  # items that the process sends at once; it then makes as many while these are saved

type Item = PaperRecord | Problem
type Parse = Callable[[bytes, str], Iterable[Item]]


class SourceError(Exception):
    """An import file cannot be read. The message gives the reason."""


def parsed(names: list[str], parse: Parse) -> list[tuple[str, Iterator[Item]]]:
    """Return the pairs of each file's name and its items, which must be used in this order.

    Large files are read by another process, one batch ahead: it has one core, and saving and PostgreSQL the other.
    """
    if not all(map(os.path.isfile, names)) or sum(map(os.path.getsize, names)) < FEW_BYTES:
        return [(name, _items(name, parse)) for name in names]
    stream = _received(names, parse)
    return [(name, iter(partial(next, stream), None)) for name in names]


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


def _items(name: str, parse: Parse) -> Iterator[Item]:
    try:
        yield from parse(read(name), name)
    except SourceError as error:
        yield Problem(name, None, str(error))


def _send(sender: Connection, names: list[str], parse: Parse) -> None:
    """Send the items of all files in batches, with a None after each file."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches both processes, and the other one ends this one
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # ends this one if the other one was killed
    items = chain.from_iterable(chain(map(_with_words, _items(name, parse)), [None]) for name in names)
    for batch in batched(items, BATCH_SIZE):
        sender.send(batch)


def _with_words(item: Item) -> Item:
    is_text = isinstance(item, PaperRecord) and item.abstract
    return replace(item, words=tex.words(item.abstract)) if is_text else item


def _received(names: list[str], parse: Parse) -> Iterator[Item | None]:
    """Yield what a process sends, which begins with the first item and ends with this generator."""
    spawning = multiprocessing.get_context("spawn")  # a fork would have the connection to the database, too
    receiver, sender = spawning.Pipe(duplex=False)
    process = spawning.Process(target=_send, args=(sender, names, parse), daemon=True)
    process.start()
    sender.close()
    try:
        while True:
            yield from receiver.recv()
    except (EOFError, OSError):  # between two batches, or in one
        reason = "the process that reads the files has ended, so the rest of this file and later files are missing"
        raise SourceError(reason) from None
    finally:
        process.kill()
        process.join()
