"""What a source may tell us of a paper, and the one place that makes it fit for the database."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.text import slugify

from lib.text import one_line
from papers import identifiers

_INT4 = 2**31 - 1
_check_url = URLValidator(schemes=["http", "https"])


class RecordError(ValueError):
    """A source told something that is no paper of ours; the text says what, in words."""


class NotFound(RecordError):
    """The source has no such paper."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What could not be read. `position` counts a source's records from 1; None is the source as a whole."""

    source: str
    position: int | None
    reason: str

    def __str__(self) -> str:
        place = self.source if self.position is None else f"{self.source}, record {self.position}"
        return one_line(f"{place}: {self.reason}")


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """One paper as one source tells it. None: the source does not tell, so what is stored stays.

    Made by `of`, which all sources share. `organisation` is (slug, name), moments are aware and in UTC.
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
    comment_count: int | None = None
    withdrawn: bool | None = None

    @classmethod
    def of(cls, **told) -> Self:
        """The record of what a source told under the names of our fields. Raises RecordError.

        Texts become one line without control characters. Moments are datetimes or ISO 8601, in UTC if they name
        no zone. A version inside `arxiv_id` counts if no other is told. An empty list of authors or categories
        tells nothing. Some of what only decorates a paper is no reason to refuse it: a link that is no http(s)
        address of at most 500 characters and a keyword past 120 are left out, and so is an author's name that
        has neither letter nor digit.
        """
        told = {field: value for field, value in told.items() if value is not None}
        for field in ("arxiv_id", "title", "published_at"):
            if field not in told:
                raise RecordError(f"{field} is missing")
        values = {field: _read(field, value) for field, value in told.items()}
        values["arxiv_id"], version = values["arxiv_id"]
        return cls(**{"version": version} | values)


def _read(field: str, value):
    try:
        return _READERS[field](value)
    except ValueError as error:
        raise RecordError(f"{field}: {error}") from None


def _text(value) -> str:
    if not isinstance(value, str):
        raise RecordError(f"a text was expected, not {type(value).__name__}")
    # JSON can spell half of a surrogate pair, which no database stores.
    return one_line(value.encode("utf-8", "replace").decode("utf-8"))


def _texts(value) -> list[str]:
    if not isinstance(value, list | tuple):
        raise RecordError(f"a list was expected, not {type(value).__name__}")
    return [_text(item) for item in value]


def _fitting(text: str, limit: int) -> str:
    if not text:
        raise RecordError("is empty")
    if len(text) > limit:
        raise RecordError(f"“{text[:60]}…” has {len(text)} characters, {limit} fit")
    return text


def _arxiv_id(value) -> tuple[str, int | None]:
    return identifiers.parse(_text(value))


def _title(value) -> str:
    return _fitting(_text(value), 500)


def _authors(value) -> tuple[str, ...] | None:
    names = (name for name in _texts(value) if any(map(str.isalnum, name)))
    return tuple(_fitting(name, 200) for name in names) or None


def _categories(value) -> tuple[str, ...] | None:
    return tuple(dict.fromkeys(_fitting(category, 40) for category in _texts(value))) or None


def _keywords(value) -> tuple[str, ...]:
    return tuple(dict.fromkeys(keyword for keyword in _texts(value) if 0 < len(keyword) <= 120))


def _organisation(value) -> tuple[str, str]:
    if not isinstance(value, tuple) or len(value) != 2:
        raise RecordError("a slug and a name were expected")
    slug = slugify(_text(value[0]).replace(".", "-"))
    if not 0 < len(slug) <= 96:
        raise RecordError(f"no address can be made of “{value[0][:60]}”")
    return slug, _fitting(_text(value[1]), 120)


def _url(value) -> str | None:
    url = _text(value)
    try:
        _check_url(url)
    except ValidationError:
        return None
    return url if len(url) <= 500 else None


def _count(value) -> int:
    if type(value) is not int or not 0 <= value <= _INT4:
        raise RecordError(f"a whole number from 0 to {_INT4} was expected, not {str(value)[:40]}")
    return value


def _version(value) -> int:
    if not 1 <= _count(value) <= 999:
        raise RecordError("versions count from 1 to 999")
    return value


def _flag(value) -> bool:
    if not isinstance(value, bool):
        raise RecordError(f"yes or no was expected, not {str(value)[:40]}")
    return value


def _moment(value) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(_text(value))
    if not 1900 < moment.year < 2200:
        raise RecordError(f"nothing happens in the year {moment.year}")
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


_READERS = {
    "arxiv_id": _arxiv_id,
    "version": _version,
    "title": _title,
    "abstract": _text,
    "authors": _authors,
    "categories": _categories,
    "keywords": _keywords,
    "organisation": _organisation,
    "code_url": _url,
    "code_stars": _count,
    "project_url": _url,
    "published_at": _moment,
    "listed_at": _moment,
    "votes": _count,
    "comment_count": _count,
    "withdrawn": _flag,
}
