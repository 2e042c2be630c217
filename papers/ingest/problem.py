"""Problems with the records of a source, and reading of records one by one so that a bad one costs no other."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from lib.text import one_line


class RecordError(ValueError):
    """A source's record cannot be used. The message names the field and the reason."""


class NotFound(RecordError):
    """The source has no such paper."""


class Deleted(RecordError):
    """The source has deleted the record, which is no failure."""


# The errors of a record that cannot be used: ValueError, and what nobody foresaw, which must cost no other record.
UNUSABLE = (ValueError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError)


def reason(error: Exception) -> str:
    """Return the message of one of UNUSABLE, with its type unless it is a ValueError."""
    return str(error) if isinstance(error, ValueError) else f"it cannot be read: {error!r}"


@dataclass(frozen=True, slots=True)
class Problem:
    """A record that cannot be used, by its position from 1 in the source, or the whole source if that is None."""

    source: str
    position: int | None
    reason: str

    def __str__(self) -> str:
        record = "" if self.position is None else f", record {self.position}"
        return one_line(f"{self.source}{record}: {self.reason}")


class Note(Problem):
    """Something to report that is no failure: what of a record was left out or cut, or that the source deleted it."""


def read(rows: Iterable, make: Callable, source: str) -> Iterator:
    """Yield the record that `make` returns for each row, after its notes, or a Problem if it raises one of UNUSABLE."""
    for position, row in enumerate(rows, 1):
        try:
            record = make(row)
        except Deleted as error:
            yield Note(source, position, str(error))
        except UNUSABLE as error:
            yield Problem(source, position, reason(error))
        else:
            yield from (Note(source, position, note) for note in record.notes)
            yield record
