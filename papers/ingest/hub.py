"""The Hub's list of daily papers: `GET /api/daily_papers`, a JSON array of rows around a `paper`.

Shape: https://huggingface.co/.well-known/openapi.md. Each row is one paper on the day of its `submittedOnDailyAt`.
Authors whom the Hub hides are left out; what it tells of its accounts, and its pictures, stay there.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from papers.ingest.client import Client
from papers.ingest.record import PaperRecord, Problem, RecordError

DAILY = "https://huggingface.co/api/daily_papers"
_NEW_YORK = ZoneInfo("America/New_York")


def today(now: datetime) -> date:
    """The latest day that the Hub has a list of: it begins at half past nine in the evening before, in New York."""
    return (now.astimezone(_NEW_YORK) + timedelta(hours=2, minutes=30)).date()


def daily(day: date, client: Client) -> Iterator[PaperRecord | Problem]:
    """All rows of that day. Raises FetchError, also for a day that has not begun there."""
    return fetch(f"{DAILY}?date={day}&limit=100", client)


def fetch(url: str, client: Client) -> Iterator[PaperRecord | Problem]:
    """The rows at this address and on the pages that follow it. Raises FetchError."""
    for address, body in client.pages(url):
        yield from read(body, address)


def read(data: bytes, source: str) -> Iterator[PaperRecord | Problem]:
    """The rows of one answer, in order; an answer that is no list of rows is one Problem."""
    try:
        rows = json.loads(data)
    except (ValueError, RecursionError) as error:
        yield Problem(source, None, f"this is not JSON: {error}")
        return
    if not isinstance(rows, list):
        yield Problem(source, None, _refusal(rows))
        return
    for position, row in enumerate(rows, 1):
        try:
            yield _record(row)
        except RecordError as error:
            yield Problem(source, position, str(error))


def _refusal(answer) -> str:
    if isinstance(answer, dict) and "error" in answer:
        return f"the Hub answered with an error: {answer['error']}"
    return f"a list of papers was expected, not {type(answer).__name__}"


def _record(row) -> PaperRecord:
    paper = _object(_object(row, "row").get("paper"), "paper")
    told = row | {key: value for key, value in paper.items() if value is not None}
    return PaperRecord.of(
        arxiv_id=told.get("id"),
        title=told.get("title"),
        abstract=told.get("summary"),
        authors=_authors(told.get("authors")),
        keywords=told.get("ai_keywords"),
        organisation=_organisation(told.get("organization")),
        code_url=told.get("githubRepo"),
        code_stars=told.get("githubStars"),
        project_url=told.get("projectPage"),
        published_at=told.get("publishedAt"),
        listed_at=told.get("submittedOnDailyAt"),
        votes=told.get("upvotes"),
        comment_count=told.get("numComments"),
    )


def _object(value, name: str) -> dict:
    if not isinstance(value, dict):
        raise RecordError(f"{name}: an object was expected, not {type(value).__name__}")
    return value


def _authors(authors) -> list | None:
    """All names; `hidden` only keeps a paper off its author's profile there."""
    if authors is None:
        return None
    if not isinstance(authors, list):
        raise RecordError(f"authors: a list was expected, not {type(authors).__name__}")
    return [_object(author, "author").get("name") for author in authors]


def _organisation(organisation) -> tuple | None:
    if organisation is None:
        return None
    slug = _object(organisation, "organization").get("name")
    return slug, organisation.get("fullname") or slug
