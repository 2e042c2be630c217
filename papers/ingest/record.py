"""Papers and comments as a source describes them, and the cleaning that makes them fit for the database."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.text import slugify

from lib import tex
from lib.lookalikes import refuse_addresses
from lib.text import line, one_line
from papers import identifiers
from papers.names import Details

MAX_MARKDOWN = 65_536  # characters of a comment, as many as the Hub accepts
_MAX_INTEGER = 2**31 - 1  # of PostgreSQL's `integer`
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # all but tab and line feed
_SOURCE_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
_USER_NAME = re.compile(r"[a-z0-9][\w.-]{0,95}", re.ASCII | re.IGNORECASE)
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
    `author_details` are of `authors`, one by one. Datetimes are aware and in UTC.
    """

    arxiv_id: str
    title: str
    published_at: datetime
    version: int | None = None
    abstract: str | None = None
    authors: tuple[str, ...] | None = None
    author_details: tuple[Details, ...] | None = None
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
        whose names have neither letter nor digit are left out. An author is a name, or a pair of a name and Details.
        Names lose their TeX.
        """
        values = _cleaned(fields, required=("arxiv_id", "title", "published_at"))
        values["arxiv_id"], version = values["arxiv_id"]
        if values.get("authors"):
            values["authors"], values["author_details"] = zip(*values["authors"], strict=True)
        return cls(**{"version": version} | values)


@dataclass(frozen=True, slots=True)
class CommentRecord:
    """A comment as its source describes it, made by `from_source`.

    `author` is (user name, name), `text` Markdown, and `parent_id` the source's id of the comment that it answers.
    Datetimes are aware and in UTC.
    """

    source_id: str
    author: tuple[str, str]
    text: str
    created_at: datetime
    edited_at: datetime | None = None
    parent_id: str | None = None

    @classmethod
    def from_source(cls, **fields) -> Self:
        """Return the record with the source's values, cleaned. Raises RecordError.

        The text keeps its lines, and loses other control characters. The author's name is one line, cut to 120
        characters. It is the user name where it has neither letter nor digit, or could be taken for a link.
        """
        return cls(**_cleaned(fields, required=("source_id", "author", "text", "created_at")))


def _cleaned(fields: dict, required: tuple[str, ...]) -> dict:
    """Return the cleaned values of the fields that are not None. Raises RecordError."""
    fields = {name: value for name, value in fields.items() if value is not None}
    for name in required:
        if name not in fields:
            raise RecordError(f"{name} is missing")
    return {name: _clean(name, value) for name, value in fields.items()}


def _clean(name: str, value):
    try:
        return _CLEANERS[name](value)
    except ValueError as error:
        raise RecordError(f"{name}: {error}") from None


def _storable(value) -> str:
    if not isinstance(value, str):
        raise RecordError(f"a text was expected, not {type(value).__name__}")
    # JSON may contain lone surrogates, which PostgreSQL refuses.
    return value.encode("utf-8", "replace").decode("utf-8")


def _text(value) -> str:
    return one_line(_storable(value))


def _name(value) -> str:
    return one_line(tex.plain(_text(value)))


def _markdown(value) -> str:
    text = _CONTROL.sub("", _storable(value).replace("\r\n", "\n"))
    if not text.strip():
        raise RecordError("is empty")
    return _checked_length(text, MAX_MARKDOWN)


def _listed(value) -> list | tuple:
    if not isinstance(value, list | tuple):
        raise RecordError(f"a list was expected, not {type(value).__name__}")
    return value


def _texts(value) -> list[str]:
    return [_text(item) for item in _listed(value)]


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


def _authors(value) -> tuple[tuple[str, Details], ...] | None:
    authors = map(_listed_author, _listed(value))
    return tuple(author for author in authors if any(map(str.isalnum, author[0]))) or None


def _listed_author(value) -> tuple[str, Details]:
    match value:
        case (name, Details() as details):
            limits = (200, 200, 200, 500)
            details = Details(*(text and line(_name(text), n) for text, n in zip(details, limits, strict=True)))
        case name:
            details = Details()
    name = _name(name)
    return name and _checked_length(name, 200), details


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
    return slug, _checked_length(_name(value[1]), 120)


def _source_id(value) -> str:
    text = _text(value)
    if not _SOURCE_ID.fullmatch(text):
        raise RecordError(f"“{text[:60]}” is not an id")
    return text


def _author(value) -> tuple[str, str]:
    user_name, name = map(_text, value)
    if not _USER_NAME.fullmatch(user_name):
        raise RecordError(f"“{user_name[:60]}” is not a user name")
    return user_name, line(name, 120) if _is_name(name) else user_name


def _is_name(text: str) -> bool:
    try:
        refuse_addresses(text)
    except ValidationError:
        return False
    return "@" not in text and any(map(str.isalnum, text))


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
    "source_id": _source_id,
    "author": _author,
    "text": _markdown,
    "created_at": _datetime,
    "edited_at": _datetime,
    "parent_id": _source_id,
}
