"""`PaperRecord`, a paper as a source describes it, and the cleaning that makes it fit for the database."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.text import slugify

from lib.text import one_line
from papers import identifiers

_MAX_INTEGER = 2**31 - 1  # of PostgreSQL's `integer`
_check_url = URLValidator(schemes=["http", "https"])


class RecordError(ValueError):
    """A source's record cannot be used. The message names the field and the reason."""


class NotFound(RecordError):
    """The source has no such paper."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A record that cannot be used, by its position from 1 in the source, or the whole source if that is None."""

    source: str
    position: int | None
    reason: str

    def __str__(self) -> str:
        record = "" if self.position is None else f", record {self.position}"
        return one_line(f"{self.source}{record}: {self.reason}")


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """A paper as one source describes it, made by `from_source`.

    A field that the source does not have is None, and its stored value is kept. `organisation` is (slug, name).
    Datetimes are aware and in UTC.
    """

    arxiv_id: str
    title: str
    published_at: datetime
    version: int | None = None
    abstract: str | None = None
    authors: tuple[str, ...] | None = None
    categories: tuple[str, ...] | None = None
    keywords: tuple[str, ...] | None = None
    organisation: tuple[str, str] | None = None
    code_url: str | None = None
    code_stars: int | None = None
    project_url: str | None = None
    listed_at: datetime | None = None
    votes: int | None = None
    comments: int | None = None
    withdrawn: bool | None = None

    @classmethod
    def from_source(cls, **fields) -> Self:
        """Return the record with the source's values, cleaned. Raises RecordError.

        Texts become one line without control characters. Datetimes may be ISO 8601, and are in UTC if they have no time
        zone. `version` defaults to the version in `arxiv_id`. An empty list of authors or categories becomes None.
        Links that are not http(s) URLs of at most 500 characters, keywords of more than 120 characters, and authors
        whose names have neither letter nor digit are left out.
        """
        fields = {name: value for name, value in fields.items() if value is not None}
        for name in ("arxiv_id", "title", "published_at"):
            if name not in fields:
                raise RecordError(f"{name} is missing")
        values = {name: _clean(name, value) for name, value in fields.items()}
        values["arxiv_id"], version = values["arxiv_id"]
        return cls(**{"version": version} | values)


def _clean(name: str, value):
    try:
        return _CLEANERS[name](value)
    except ValueError as error:
        raise RecordError(f"{name}: {error}") from None


def _text(value) -> str:
    if not isinstance(value, str):
        raise RecordError(f"a text was expected, not {type(value).__name__}")
    # JSON may contain lone surrogates, which PostgreSQL refuses.
    return one_line(value.encode("utf-8", "replace").decode("utf-8"))


def _texts(value) -> list[str]:
    if not isinstance(value, list | tuple):
        raise RecordError(f"a list was expected, not {type(value).__name__}")
    return [_text(item) for item in value]


def _checked_length(text: str, max_length: int) -> str:
    if not text:
        raise RecordError("is empty")
    if len(text) > max_length:
        raise RecordError(f"“{text[:60]}…” has {len(text)} characters, {max_length} fit")
    return text


def _arxiv_id(value) -> tuple[str, int | None]:
    return identifiers.parse(_text(value))


def _title(value) -> str:
    return _checked_length(_text(value), 500)


def _authors(value) -> tuple[str, ...] | None:
    names = (name for name in _texts(value) if any(map(str.isalnum, name)))
    return tuple(_checked_length(name, 200) for name in names) or None


def _categories(value) -> tuple[str, ...] | None:
    return tuple(dict.fromkeys(_checked_length(category, 40) for category in _texts(value))) or None


def _keywords(value) -> tuple[str, ...]:
    return tuple(dict.fromkeys(keyword for keyword in _texts(value) if 0 < len(keyword) <= 120))


def _organisation(value) -> tuple[str, str]:
    if not isinstance(value, tuple) or len(value) != 2:
        raise RecordError("a slug and a name were expected")
    slug = slugify(_text(value[0]).replace(".", "-"))
    if not 0 < len(slug) <= 96:
        raise RecordError(f"no address can be made of “{value[0][:60]}”")
    return slug, _checked_length(_text(value[1]), 120)


def _url(value) -> str | None:
    url = _text(value)
    try:
        _check_url(url)
    except ValidationError:
        return None
    return url if len(url) <= 500 else None


def _integer(value) -> int:
    if type(value) is not int or not 0 <= value <= _MAX_INTEGER:
        raise RecordError(f"a whole number from 0 to {_MAX_INTEGER} was expected, not {str(value)[:40]}")
    return value


def _version(value) -> int:
    if not 1 <= _integer(value) <= 999:
        raise RecordError("versions count from 1 to 999")
    return value


def _boolean(value) -> bool:
    if not isinstance(value, bool):
        raise RecordError(f"yes or no was expected, not {str(value)[:40]}")
    return value


def _datetime(value) -> datetime:
    value = value if isinstance(value, datetime) else datetime.fromisoformat(_text(value))
    if not 1900 < value.year < 2200:
        raise RecordError(f"the year {value.year} is not between 1901 and 2199")
    return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)


_CLEANERS = {
    "arxiv_id": _arxiv_id,
    "version": _version,
    "title": _title,
    "abstract": _text,
    "authors": _authors,
    "categories": _categories,
    "keywords": _keywords,
    "organisation": _organisation,
    "code_url": _url,
    "code_stars": _integer,
    "project_url": _url,
    "published_at": _datetime,
    "listed_at": _datetime,
    "votes": _integer,
    "comments": _integer,
    "withdrawn": _boolean,
}
