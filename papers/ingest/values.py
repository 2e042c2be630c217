"""Checks of single values of a source, which raise RecordError."""

from collections.abc import Callable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from lib.text import one_line
from papers.ingest.problem import RecordError
from papers.lengths import MAX_URL

MAX_INTEGER = 2**31 - 1  # of PostgreSQL's `integer`
MAX_COUNT = 10_000_000  # votes or comments of a site, so that those of all sites of a paper fit into one column
_check_url = URLValidator(schemes=["http", "https"])


def as_storable(value) -> str:
    if not isinstance(value, str):
        raise RecordError(f"a text was expected, not {type(value).__name__}")
    # JSON may contain lone surrogates, which PostgreSQL refuses.
    return value.encode("utf-8", "replace").decode("utf-8")


def as_text(value) -> str:
    return one_line(as_storable(value))


def each[T](clean: Callable[..., T], items, notes: list[str]) -> list[T]:
    """Return the cleaned items, without those that cannot be used."""
    if not isinstance(items, list | tuple):
        raise RecordError(f"a list was expected, not {type(items).__name__}")
    cleaned = []
    for item in items:
        try:
            cleaned.append(clean(item))
        except ValueError as error:
            notes.append(f"{error} (left out)")
    return cleaned


def checked_length(text: str, max_length: int) -> str:
    if not text:
        raise RecordError("is empty")
    if len(text) > max_length:
        raise RecordError(f"“{text[:60]}…” has {len(text)} characters, {max_length} fit")
    return text


def as_url(value) -> str | None:
    url = as_text(value)
    try:
        _check_url(url)
    except ValidationError:
        return None
    return url if len(url) <= MAX_URL else None


def is_same_moment(stored: datetime, written: datetime) -> bool:
    """Return whether the second time is the first one, or that without what milliseconds leave out."""
    return written in (stored, stored.replace(microsecond=stored.microsecond // 1000 * 1000))


def as_fields(value, number: int) -> tuple:
    if not isinstance(value, tuple) or len(value) != number:
        raise RecordError(f"{number} values were expected, not {str(value)[:40]}")
    return value


def as_integer_or_none(value) -> int | None:
    return value if type(value) is int and 0 <= value <= MAX_INTEGER else None


def as_integer(value, maximum: int = MAX_INTEGER) -> int:
    if type(value) is not int or not 0 <= value <= maximum:
        raise RecordError(f"a whole number from 0 to {maximum:,} was expected, not {str(value)[:40]}")
    return value


def as_count(value) -> int:
    return as_integer(value, MAX_COUNT)
