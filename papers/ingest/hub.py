"""The Hub's daily papers: `GET /api/daily_papers`, which answers a JSON array of rows that hold a `paper`.

Schema: https://huggingface.co/.well-known/openapi.md. Each row is one paper, listed on the day of `submittedOnDailyAt`.
The Hub's accounts are not imported, and of its pictures only the address of a paper's first one.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from papers import sites
from papers.ingest.problem import Problem, RecordError, read
from papers.ingest.record import PaperRecord
from papers.sites import HUB

PAGE_SIZE = 100
_PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif")
_NEW_YORK = ZoneInfo("America/New_York")


def today(now: datetime) -> date:
    """Return the date of the Hub's latest list, which opens at 21:30 in New York on the day before."""
    return (now.astimezone(_NEW_YORK) + timedelta(hours=2, minutes=30)).date()


def list_url(site: str, day: date) -> str:
    """Return the address of the first page of the list of a day, which is an error if that has not begun there."""
    return f"{site}/api/daily_papers?date={day}&limit={PAGE_SIZE}"


def parse(data: bytes, source: str, site: str = HUB) -> Iterator[PaperRecord | Problem]:
    """Yield the papers of one response of a site in order. A response that is not an array yields one Problem."""
    try:
        rows = expect(list, load(data), "papers")
    except RecordError as error:
        yield Problem(source, None, str(error))
    else:
        yield from read(rows, partial(record, site=site), source)


def load(data: bytes):
    """Return the JSON of a response. Raises RecordError if it is not JSON, or if it is an error of the Hub."""
    try:
        answer = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"this is not JSON: {error}") from None
    if isinstance(answer, dict) and "error" in answer:
        raise RecordError(f"the Hub answered with an error: {answer['error']}")
    return answer


def expect[T: (dict, list)](kind: type[T], value, name: str) -> T:
    """Return the value, which has this name in the JSON. Raises RecordError if it is not of this kind."""
    if not isinstance(value, kind):
        noun = "an object" if kind is dict else "a list"
        raise RecordError(f"{name}: {noun} was expected, not {type(value).__name__}")
    return value


def record(row, site: str) -> PaperRecord:
    """Return the record of a row that is from this site. Raises RecordError."""
    paper = expect(dict, expect(dict, row, "row").get("paper"), "paper")
    fields = row | {key: value for key, value in paper.items() if value is not None}
    return PaperRecord.from_source(
        arxiv_id=fields.get("id"),
        title=fields.get("title"),
        abstract=fields.get("summary"),
        authors=_authors(fields.get("authors")),
        keywords=fields.get("ai_keywords"),
        organisation=_organisation(fields.get("organization")),
        organisation_id=_organisation_id(fields.get("organization")),
        code_url=fields.get("githubRepo"),
        code_stars=fields.get("githubStars"),
        project_url=fields.get("projectPage"),
        media_url=_media_url(fields.get("mediaUrls")),
        published_at=fields.get("publishedAt"),
        listed_at=fields.get("submittedOnDailyAt"),
        site=site,
        **sites.counts(fields, site),
    )


def _authors(authors):
    """Return all names. An author who is `hidden` at the Hub is missing from profiles only, not from the paper."""
    if not isinstance(authors, list):
        return authors
    return [author.get("name") if isinstance(author, dict) else author for author in authors]


def _media_url(urls):
    """Return the first address of a picture; there are addresses of videos, too."""
    if not isinstance(urls, list):
        return urls
    return next((url for url in urls if isinstance(url, str) and url.lower().endswith(_PICTURES)), None)


def _organisation_id(organisation) -> str | None:
    return organisation.get("_id") if isinstance(organisation, dict) else None


def _organisation(organisation):
    if not isinstance(organisation, dict):
        return organisation
    slug = organisation.get("name")
    return slug, organisation.get("fullname") or slug
