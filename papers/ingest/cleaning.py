"""The cleaning that makes the values of a source fit for the database."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from django.core.exceptions import ValidationError

from lib import tex
from lib.lookalikes import refuse_addresses
from lib.text import cut, line, one_line
from lib.words import ascii_slug
from papers import hub_addresses, identifiers, sites
from papers.ingest.problem import RecordError
from papers.ingest.values import (
    as_count,
    as_fields,
    as_integer,
    as_integer_or_none,
    as_storable,
    as_text,
    as_url,
    checked_length,
    each,
)
from papers.lengths import MAX_ARTEFACT, MAX_AVATAR, MAX_MODEL, MAX_SUMMARY
from papers.names import Details

MAX_ABSTRACT = 20_000  # characters; arXiv takes 1,920
MAX_MEDIA_URLS = 50
MAX_LISTED = 100  # artefacts of a kind
FIELDS = {"models": "model", "datasets": "dataset", "demos": "demo"}  # the kinds of artefacts by their fields
MAX_MARKDOWN = 65_536  # characters of a comment, as many as the Hub accepts
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # all but tab and line feed
_PARAGRAPH = re.compile(r"\n(?=\s)")
_ITEM = re.compile(r"\n(?=[-*•] )")
_PARAGRAPH_OR_ITEM = re.compile(r"\n(?=\s|[-*•] )")
_SOURCE_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
_USER_NAME = re.compile(r"[a-z0-9][\w.-]{0,95}", re.ASCII | re.IGNORECASE)


class Listed(NamedTuple):
    """An artefact as a record has it. The numbers are None if the source does not say them."""

    url: str
    name: str
    likes: int | None = None
    downloads: int | None = None


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


def _name(value) -> str:
    return tex.plain(as_text(value))


def _abstract(value, notes: list[str]) -> str:
    """Return the paragraphs with an empty line between them, cut to MAX_ABSTRACT characters.

    A paragraph begins at a line that begins with white space (https://info.arxiv.org/help/prep.html#abstracts). So does
    each item of a list of at least two, which begins with a sign.
    """
    text = as_storable(value).replace("\r\n", "\n").replace("\r", "\n")
    beginnings = _PARAGRAPH_OR_ITEM if len(_ITEM.findall(text)) > 1 else _PARAGRAPH
    text = "\n\n".join(filter(None, map(one_line, beginnings.split(text))))
    if len(text) > MAX_ABSTRACT:
        notes.append(f"{len(text):,} characters were cut to {MAX_ABSTRACT:,}")
    return cut(text, MAX_ABSTRACT)


def _markdown(value) -> str:
    text = _CONTROL.sub("", as_storable(value).replace("\r\n", "\n"))
    if not text.strip():
        raise RecordError("is empty")
    return checked_length(text, MAX_MARKDOWN)


def _arxiv_id(value) -> tuple[str, int | None]:
    return identifiers.parse(as_text(value))


def _title(value) -> str:
    return checked_length(as_text(value), 500)


def _authors(value, notes: list[str]) -> tuple[tuple[str, Details], ...] | None:
    authors = each(_listed_author, value, notes)
    return tuple(author for author in authors if any(map(str.isalnum, author[0]))) or None


def _listed_author(value) -> tuple[str, Details]:
    match value:
        case (name, Details() as details):
            limits = (200, 200, 200, 500)
            details = Details(*(text and line(_name(text), n) for text, n in zip(details, limits, strict=True)))
        case name:
            details = Details()
    name = _name(name).removeprefix("and ")
    return name and checked_length(name, 200), details


def _categories(value, notes: list[str]) -> tuple[str, ...] | None:
    return tuple(dict.fromkeys(each(_category, value, notes))) or None


def _category(value) -> str:
    return checked_length(as_text(value), 40)


def _keywords(value, notes: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(keyword for keyword in each(as_text, value, notes) if 0 < len(keyword) <= 120))


def _organisation(value, notes: list[str]) -> tuple[str, str]:
    """Return (slug, name) of such a pair. Each is made of the other one where that has no letters."""
    if not isinstance(value, tuple) or len(value) != 2:
        raise RecordError("a slug and a name were expected")
    texts = [text for text in each(_name, value, notes) if text]
    # The Hub's addresses may have underscores, which tell one organisation from another.
    slug = next(filter(None, (ascii_slug(text, 96, keeps_underscores=True) for text in texts)), "")
    if not slug:
        raise RecordError(f"no address can be made of “{' '.join(texts)[:60]}”")
    if len(texts[-1]) > 120:
        notes.append(f"“{texts[-1][:60]}…” was cut to 120 characters")
    return slug, cut(texts[-1], 120)


def _source_id(value) -> str:
    text = as_text(value)
    if not _SOURCE_ID.fullmatch(text):
        raise RecordError(f"“{text[:60]}” is not an id")
    return text


def _author(value) -> tuple[str, str]:
    user_name, name = map(as_text, value)
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
    if not isinstance(value, dict):
        raise RecordError(f"an object was expected, not {type(value).__name__}")
    return dict(each(_counted_site, list(value.items())[: sites.MAX_SITES], notes))


def _counted_site(value) -> tuple[str, sites.Counts]:
    site, counts = value
    return _site(site), sites.Counts(*map(as_count, as_fields(counts, 2)))


def _site(value) -> str:
    if not sites.is_site(value):
        raise RecordError(f"“{str(value)[:60]}” is no address of a site")
    return value


def _urls(value, notes: list[str]) -> tuple[str, ...]:
    urls = dict.fromkeys(filter(None, each(as_url, value, notes)))
    if len(urls) > MAX_MEDIA_URLS:
        notes.append(f"{len(urls):,} addresses were cut to {MAX_MEDIA_URLS}")
    return tuple(urls)[:MAX_MEDIA_URLS]


def _summary(value) -> str:
    return cut(as_text(value), MAX_SUMMARY)


def _model(value) -> str:
    return checked_length(as_text(value), MAX_MODEL)


def _submitter(value) -> tuple[str, str, str]:
    *author, avatar = as_fields(value, 3)
    return *_author(author), line(as_storable(avatar), MAX_AVATAR) if avatar else ""


def _code_added_by(value) -> str:
    return checked_length(as_text(value), 20)


def _listed(kind: str) -> Callable:
    """Return the cleaner of a list of artefacts of this kind."""

    def one(value) -> Listed:
        name, url, *numbers = as_fields(value, 4)
        name = checked_length(as_text(name), MAX_ARTEFACT)
        url = hub_addresses.url(kind, name) if url is None else as_url(url)
        if not url:
            raise RecordError(f"“{name[:60]}” has no address")
        return Listed(url, name, *map(as_integer_or_none, numbers))

    def clean(value, notes: list[str]) -> tuple[Listed, ...]:
        found = {artefact.url: artefact for artefact in each(one, value, notes)}
        if len(found) > MAX_LISTED:
            notes.append(f"{len(found):,} were cut to {MAX_LISTED}")
        return tuple(found.values())[:MAX_LISTED]

    return clean


def _version(value) -> int:
    if not 1 <= as_integer(value) <= 999:
        raise RecordError("versions count from 1 to 999")
    return value


def _boolean(value) -> bool:
    if not isinstance(value, bool):
        raise RecordError(f"yes or no was expected, not {str(value)[:40]}")
    return value


def _datetime(value) -> datetime:
    value = value if isinstance(value, datetime) else datetime.fromisoformat(as_text(value))
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
    "media_urls": _urls,
    "ai_keywords": _keywords,
    **{name: _listed(kind) for name, kind in FIELDS.items()},
}
_CLEANERS = {
    "arxiv_id": _arxiv_id,
    "version": _version,
    "title": _title,
    "code_url": as_url,
    "code_stars": as_integer,
    "project_url": as_url,
    "published_at": _datetime,
    "listed_at": _datetime,
    "is_listed": _boolean,
    "votes": as_count,
    "comments": as_count,
    "withdrawn": _boolean,
    "withdrawn_at": _datetime,
    "seems_withdrawn": _boolean,
    "organisation_id": _source_id,
    "site": _site,
    "ai_summary": _summary,
    "ai_model": _model,
    "ai_version": _version,
    "ai_made_at": _datetime,
    "discussion_id": _source_id,
    "submitter": _submitter,
    "code_added_by": _code_added_by,
    "source_id": _source_id,
    "author": _author,
    "text": _markdown,
    "created_at": _datetime,
    "edited_at": _datetime,
    "parent_id": _source_id,
}
