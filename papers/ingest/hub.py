"""The Hub's papers: `GET /api/daily_papers`, which answers a JSON array of rows that hold a `paper`, and
`GET /api/papers/{id}`, which answers one such paper, with the models, datasets and demos that belong to it.

Schema: https://huggingface.co/.well-known/openapi.md. Each row is one paper, listed on the day of `submittedOnDailyAt`.
The Hub's accounts are not imported, but who submitted a paper there is kept by name. Another site like this one answers
the same, and more: `categories`, `version`, `keywords`, `withdrawnAt`, and of which version and when the AI text is.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from papers.ingest.client import Client
from papers.ingest.problem import Problem, RecordError, read
from papers.ingest.record import PaperRecord

DAILY_URL = "https://huggingface.co/api/daily_papers"
_PAPER_KEYS = {"id", "paper"}
_NEW_YORK = ZoneInfo("America/New_York")


def today(now: datetime) -> date:
    """Return the date of the Hub's latest list, which opens at 21:30 in New York on the day before."""
    return (now.astimezone(_NEW_YORK) + timedelta(hours=2, minutes=30)).date()


def daily(day: date, client: Client) -> Iterator[PaperRecord | Problem]:
    """Yield the papers of a day. Raises FetchError, also for a day that has not begun at the Hub."""
    return fetch(f"{DAILY_URL}?date={day}&limit=100", client)


def fetch(url: str, client: Client) -> Iterator[PaperRecord | Problem]:
    """Yield the papers at this URL and on the pages after it. Raises FetchError."""
    for address, body in client.pages(url):
        yield from parse(body, address)


def parse(data: bytes, source: str) -> Iterator[PaperRecord | Problem]:
    """Yield the papers of one response in order: of an array, or the only one. Another response yields one Problem."""
    try:
        answer = load(data)
        rows = [answer] if isinstance(answer, dict) and _PAPER_KEYS & answer.keys() else expect(list, answer, "papers")
    except RecordError as error:
        yield Problem(source, None, str(error))
    else:
        yield from read(rows, _record, source)


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


def _record(row) -> PaperRecord:
    row = expect(dict, row, "row")
    paper = row if "id" in row and "paper" not in row else expect(dict, row.get("paper"), "paper")
    fields = row | {key: value for key, value in paper.items() if value is not None}
    return PaperRecord.from_source(
        arxiv_id=fields.get("id"),
        title=fields.get("title"),
        abstract=fields.get("summary"),
        authors=_authors(fields.get("authors")),
        version=fields.get("version"),
        categories=fields.get("categories"),
        keywords=fields.get("keywords"),
        organisation=_organisation(fields.get("organization")),
        code_url=fields.get("githubRepo"),
        code_stars=fields.get("githubStars"),
        project_url=fields.get("projectPage"),
        media_urls=fields.get("mediaUrls"),
        published_at=fields.get("publishedAt"),
        listed_at=fields.get("submittedOnDailyAt"),
        votes=fields.get("upvotes"),
        comments=fields.get("numComments"),
        withdrawn=True if fields.get("withdrawnAt") else None,
        ai_summary=fields.get("ai_summary"),
        ai_keywords=fields.get("ai_keywords"),
        ai_model=fields.get("ai_summary_model"),
        ai_version=fields.get("ai_summary_version"),
        ai_made_at=fields.get("ai_summary_at"),
        discussion_id=fields.get("discussionId"),
        submitter=_submitter(fields.get("submittedOnDailyBy") or fields.get("submittedBy")),
        code_added_by=fields.get("githubRepoAddedBy"),
        models=_listed(fields.get("linkedModels")),
        datasets=_listed(fields.get("linkedDatasets")),
        demos=_listed(fields.get("linkedSpaces")),
    )


def _authors(authors):
    """Return all names. An author who is `hidden` at the Hub is missing from profiles only, not from the paper."""
    if not isinstance(authors, list):
        return authors
    return [author.get("name") if isinstance(author, dict) else author for author in authors]


def _submitter(person):
    if not isinstance(person, dict):
        return person
    name = person.get("user") or person.get("name")
    return name, person.get("fullname") or name, person.get("avatarUrl")


def _listed(artefacts):
    if not isinstance(artefacts, list):
        return artefacts
    return [
        tuple(map(row.get, ("id", "url", "likes", "downloads"))) if isinstance(row, dict) else row for row in artefacts
    ]


def _organisation(organisation):
    if not isinstance(organisation, dict):
        return organisation
    slug = organisation.get("name")
    return slug, organisation.get("fullname") or slug
