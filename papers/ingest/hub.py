"""The Hub's papers: `GET /api/daily_papers`, which answers a JSON array of rows that hold a `paper`, and
`GET /api/papers/{id}`, which answers one such paper, with the models, datasets and demos that belong to it.

Schema: https://huggingface.co/.well-known/openapi.md. Each row is one paper, listed on the day of `submittedOnDailyAt`.
The Hub's accounts are not imported, but who submitted a paper there is kept by name. Another site like this one answers
the same, and more: `categories`, `version`, `keywords`, `withdrawnAt`, the parts of names, and of which version and
when the AI text is. Of its people, and of its discussions, nothing is kept.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from papers import sites
from papers.ingest.client import Client, origin
from papers.ingest.problem import Problem, RecordError, read
from papers.ingest.record import PaperRecord
from papers.names import Details
from papers.sites import HUB

PAGE_SIZE = 100
_PAPER_KEYS = {"id", "paper"}
_NEW_YORK = ZoneInfo("America/New_York")


def today(now: datetime) -> date:
    """Return the date of the Hub's latest list, which opens at 21:30 in New York on the day before."""
    return (now.astimezone(_NEW_YORK) + timedelta(hours=2, minutes=30)).date()


def list_url(site: str, day: date) -> str:
    """Return the address of the first page of the list of a day, which is an error if that has not begun there."""
    return f"{site}/api/daily_papers?date={day}&limit={PAGE_SIZE}"


def fetch(url: str, client: Client) -> Iterator[PaperRecord | Problem]:
    """Yield the papers at this URL and on the pages after it. Raises FetchError."""
    for address, body in client.pages(url):
        yield from parse(body, address, origin(address))


def parse(data: bytes, source: str, site: str = HUB) -> Iterator[PaperRecord | Problem]:
    """Yield the papers of one response of a site in order: of an array, or the only one.

    Another response yields one Problem.
    """
    try:
        answer = load(data)
        rows = [answer] if isinstance(answer, dict) and _PAPER_KEYS & answer.keys() else expect(list, answer, "papers")
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
    """Return the record of a row, or of a paper, that is from this site. Raises RecordError."""
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
        organisation_id=_organisation_id(fields.get("organization")),
        code_url=fields.get("githubRepo") or fields.get("codeUrl"),
        code_stars=fields.get("githubStars"),
        project_url=fields.get("projectPage"),
        media_urls=fields.get("mediaUrls"),
        published_at=fields.get("publishedAt"),
        listed_at=fields.get("submittedOnDailyAt"),
        is_listed=False if fields.get("isListed") is False else None,
        site=site,
        **sites.counts(fields),
        withdrawn=True if fields.get("withdrawnAt") else None,
        withdrawn_at=fields.get("withdrawnAt"),
        **_ai_text(fields),
        **_beside(fields),
        models=_listed(fields.get("linkedModels")),
        datasets=_listed(fields.get("linkedDatasets")),
        demos=_listed(fields.get("linkedSpaces")),
    )


def _authors(authors):
    """Return all authors. One who is `hidden` at the Hub is missing from profiles only, not from the paper."""
    return list(map(_author, authors)) if isinstance(authors, list) else authors


def _author(author):
    if not isinstance(author, dict):
        return author
    details = Details(*(author.get(part) or "" for part in Details._fields))
    return (author.get("name"), details) if any(details) else author.get("name")


def _ai_text(fields: dict) -> dict:
    """Return what a language model wrote. A summary that an author wrote at another site is not taken for one."""
    if fields.get("ai_summary_source") == "author":
        return {}
    return {
        "ai_summary": fields.get("ai_summary"),
        "ai_keywords": fields.get("ai_keywords"),
        "ai_model": fields.get("ai_summary_model"),
        "ai_version": fields.get("ai_summary_version"),
        "ai_made_at": fields.get("ai_summary_at"),
    }


def _beside(fields: dict) -> dict:
    """Return what the Hub says beside the paper. A Broadsheet's people may hide what they did, so none are imported."""
    if sites.is_of_broadsheet(fields):
        return {}
    return {
        "discussion_id": fields.get("discussionId"),
        "submitter": _submitter(fields.get("submittedOnDailyBy") or fields.get("submittedBy")),
        "code_added_by": fields.get("githubRepoAddedBy"),
    }


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


def _organisation_id(organisation) -> str | None:
    return organisation.get("_id") if isinstance(organisation, dict) else None


def _organisation(organisation):
    if not isinstance(organisation, dict):
        return organisation
    slug = organisation.get("name")
    return slug, organisation.get("fullname") or slug
