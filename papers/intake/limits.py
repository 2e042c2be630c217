"""What reading a file may take: characters of one entry, and CPU time for all of them."""

from collections.abc import Iterable, Iterator
from time import thread_time

from lib.refusals import BadInput

MAX_ENTRY = 20_000  # characters
MAX_SECONDS = 60  # of CPU time for one file
TOO_LONG = f"This entry has more than {MAX_ENTRY:,} characters."


class Deadline:
    """The end of the CPU time that this thread has for a file, which begins now."""

    def __init__(self):
        self._end = thread_time() + MAX_SECONDS

    def over[Item](self, items: Iterable[Item]) -> Iterator[Item]:
        """Yields these items. Raises BadInput as soon as one comes after the end."""
        for item in items:
            if thread_time() > self._end:
                raise BadInput("This file takes too long to read. Split it into several files.")
            yield item
