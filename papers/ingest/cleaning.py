"""The cleaning that makes the values of a source fit for the database."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from lib import tex
from lib.lookalikes import refuse_addresses
from lib.text import cut, line, one_line
from lib.words import ascii_slug
from papers import identifiers, sites
from papers.ingest.problem import RecordError
from papers.names import Details

MAX_ABSTRACT = 20_000  # characters; arXiv takes 1,920
MAX_MARKDOWN = 65_536  # characters of a comment, as many as the Hub accepts
_MAX_INTEGER = 2**31 - 1  # of PostgreSQL's `integer`
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # all but tab and line feed
_PARAGRAPH = re.compile(r"\n(?=\s)")
_ITEM = re.compile(r"\n(?=[-*•] )")
_PARAGRAPH_OR_ITEM = re.compile(r"\n(?=\s|[-*•] )")
_SOURCE_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
_USER_NAME = re.compile(r"[a-z0-9][\w.-]{0,95}", re.ASCII | re.IGNORECASE)
_check_url = URLValidator(schemes=["http", "https"])


def cleaned(fields: dict, required: tuple[str, ...]) -> tuple[dict, tuple[str, ...]]:
    """Return the cleaned values of the fields, without those that are None or cannot be used, and the notes.

    Raises RecordError for the required ones.
    """
    fields = {name: value for name, value in fields.items() if value is not None}
    for name in required:
        if name not in fields:
            raise RecordError(f"{name} is missing")
    values, notes = {}, {}
    for name, value in fields.items():
        losses = []
        try:
            values[name] = _clean(name, value, losses)
        except ValueError as error:
            if name in required:
                raise RecordError(f"{name}: {error}") from None
            losses.append(f"{error} (left out)")
        notes |= {f"{name}: {loss}": None for loss in losses}
    return values, tuple(notes)


def _clean(name: str, value, notes: list[str]):
    """Return the cleaned value, and append notes to the list. Raises ValueError if no part of the value can be used."""
    return _PARTIAL_CLEANERS[name](value, notes) if name in _PARTIAL_CLEANERS else _CLEANERS[name](value)


def _storable(value) -> str:
    if not isinstance(value, str):
        raise RecordError(f"a text was expected, not {type(value).__name__}")
    # JSON may contain lone surrogates, which PostgreSQL refuses.
    return value.encode("utf-8", "replace").decode("utf-8")


def _text(value) -> str:
    return one_line(_storable(value))


def _name(value) -> str:
    return tex.plain(_text(value))


def _abstract(value, notes: list[str]) -> str:
    """Return the paragraphs with an empty line between them, cut to MAX_ABSTRACT characters.

    A paragraph begins at a line that begins with white space (https://info.arxiv.org/help/prep.html#abstracts). So does
    each item of a list of at least two, which begins with a sign.
    """
    text = _storable(value).replace("\r\n", "\n").replace("\r", "\n")
    beginnings = _PARAGRAPH_OR_ITEM if len(_ITEM.findall(text)) > 1 else _PARAGRAPH
    text = "\n\n".join(filter(None, map(one_line, beginnings.split(text))))
    if len(text) > MAX_ABSTRACT:
        notes.append(f"{len(text):,} characters were cut to {MAX_ABSTRACT:,}")
    return cut(text, MAX_ABSTRACT)


def _markdown(value) -> str:
    text = _CONTROL.sub("", _storable(value).replace("\r\n", "\n"))
    if not text.strip():
        raise RecordError("is empty")
    return _checked_length(text, MAX_MARKDOWN)


def _each[T](clean: Callable[..., T], items, notes: list[str]) -> list[T]:
    """Return the cleaned items, without those that cannot be used."""
    if not isinstance(items, list | tuple):
        raise RecordError(f"a list was expected, not {type(items).__name__}")
    cleaned = []
    for item in items:
        try:
            cleaned.append(clean(item))
        except RecordError as error:
            notes.append(f"{error} (left out)")
    return cleaned


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


def _authors(value, notes: list[str]) -> tuple[tuple[str, Details], ...] | None:
    authors = _each(_listed_author, value, notes)
    return tuple(author for author in authors if any(map(str.isalnum, author[0]))) or None


def _listed_author(value) -> tuple[str, Details]:
    match value:
        case (name, Details() as details):
            limits = (200, 200, 200, 500)
            details = Details(*(text and line(_name(text), n) for text, n in zip(details, limits, strict=True)))
        case name:
            details = Details()
    name = _name(name).removeprefix("and ")
    return name and _checked_length(name, 200), details


def _categories(value, notes: list[str]) -> tuple[str, ...] | None:
    return tuple(dict.fromkeys(_each(_category, value, notes))) or None


def _category(value) -> str:
    return _checked_length(_text(value), 40)


def _keywords(value, notes: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(keyword for keyword in _each(_text, value, notes) if 0 < len(keyword) <= 120))


def _organisation(value, notes: list[str]) -> tuple[str, str]:
    """Return (slug, name) of such a pair. Each is made of the other one where that has no letters."""
    if not isinstance(value, tuple) or len(value) != 2:
        raise RecordError("a slug and a name were expected")
    texts = [text for text in _each(_name, value, notes) if text]
    # The Hub's addresses may have underscores, which tell one organisation from another.
    slug = next(filter(None, (ascii_slug(text, 96, keeps_underscores=True) for text in texts)), "")
    if not slug:
        raise RecordError(f"no address can be made of “{' '.join(texts)[:60]}”")
    if len(texts[-1]) > 120:
        notes.append(f"“{texts[-1][:60]}…” was cut to 120 characters")
    return slug, cut(texts[-1], 120)


def _source_id(value) -> str:
    text = _text(value)
    if not _SOURCE_ID.fullmatch(text):
        raise RecordError(f"“{text[:60]}” is not an id")
    return text


def _author(value) -> tuple[str, str]:
    user_name, name = map(_text, value)
    if not _USER_NAME.fullmatch(user_name):
        raise RecordError(f"“{user_name[:60]}” is not a username")
    return user_name, line(name, 120) if _is_name(name) else user_name


def _is_name(text: str) -> bool:
    try:
        refuse_addresses(text)
    except ValidationError:
        return False
    return "@" not in text and any(map(str.isalnum, text))


def _site_counts(value, notes: list[str]) -> dict[str, sites.Counts]:
    return dict(_each(_counted_site, list(value.items())[: sites.MAX_SITES], notes))


def _counted_site(value) -> tuple[str, sites.Counts]:
    site, counts = value
    return _site(site), sites.Counts(*map(_integer, counts))


def _site(value) -> str:
    if not sites.is_site(value):
        raise RecordError(f"“{str(value)[:60]}” is no address of a site")
    return value


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


# Of values that may be usable in part. These cleaners append to a list what was left out or cut.
_PARTIAL_CLEANERS = {
    "abstract": _abstract,
    "authors": _authors,
    "categories": _categories,
    "keywords": _keywords,
    "organisation": _organisation,
    "site_counts": _site_counts,
}
_CLEANERS = {
    "arxiv_id": _arxiv_id,
    "version": _version,
    "title": _title,
    "code_url": _url,
    "code_stars": _integer,
    "project_url": _url,
    "media_url": _url,
    "published_at": _datetime,
    "listed_at": _datetime,
    "is_listed": _boolean,
    "votes": _integer,
    "comments": _integer,
    "withdrawn": _boolean,
    "seems_withdrawn": _boolean,
    "organisation_id": _source_id,
    "site": _site,
    "source_id": _source_id,
    "author": _author,
    "text": _markdown,
    "created_at": _datetime,
    "edited_at": _datetime,
    "parent_id": _source_id,
}
