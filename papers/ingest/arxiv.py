"""arXiv's query API, which answers in Atom (https://info.arxiv.org/help/api/user-manual.html), and its files."""

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import batched
from urllib.parse import urlencode

from lxml import etree

from lib import xml
from papers import identifiers
from papers.ingest import oai, withdrawal
from papers.ingest.client import Client, FetchError
from papers.ingest.record import NotFound, PaperRecord, Problem, RecordError
from papers.names import Details

QUERY_URL = "https://export.arxiv.org/api/query"
PAGE_SIZE = 100
CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)*(?:\.[A-Za-z]+(?:-[a-z]+)*)?")


def parse(data: bytes, source: str) -> Iterator[PaperRecord | Problem]:
    """Yield the records of an Atom feed or of an OAI-PMH response, which the root element distinguishes."""
    try:
        root = xml.parse(data)
    except xml.BadXML as error:
        yield Problem(source, None, f"this is not XML that we read: {error}")
        return
    match etree.QName(root).localname:
        case "feed":
            yield from _entries(root, source)
        case "OAI-PMH" | "record":
            yield from oai.records(root, source)
        case name:
            yield Problem(source, None, f"<{name}> is neither an Atom feed nor an OAI-PMH answer")


def fetch(ids: list[str], client: Client) -> Iterator[PaperRecord | Problem]:
    """Yield arXiv's records of these ids, and a Problem for each id that arXiv does not have. Raises FetchError."""
    versioned_ids = {}
    for position, text in enumerate(ids, 1):
        try:
            arxiv_id, version = identifiers.parse(text)
        except ValueError as error:
            yield Problem("ids", position, str(error))
        else:
            versioned_ids[arxiv_id] = f"{arxiv_id}v{version}" if version else arxiv_id
    for batch in batched(versioned_ids.items(), PAGE_SIZE):
        missing = dict(batch)
        feed = _query(client, id_list=",".join(missing.values()), max_results=PAGE_SIZE)
        for item in _entries(feed, "arXiv"):
            if isinstance(item, PaperRecord):
                missing.pop(item.arxiv_id, None)
            yield item
        yield from (Problem("arXiv", None, f"{name} is not known there") for name in missing.values())


def fetch_one(arxiv_id: str, client: Client) -> PaperRecord:
    """Return arXiv's record of an id.

    Raises NotFound if arXiv has no such paper, RecordError if its entry is unusable, FetchError if the request fails.
    """
    items = list(fetch([arxiv_id], client))
    for item in items:
        if isinstance(item, PaperRecord):
            return item
    raise (NotFound if items[0].position is None else RecordError)(items[0].reason)


def recent(category: str, since: datetime, client: Client) -> Iterator[PaperRecord | Problem]:
    """Yield the papers that were submitted to a category since a moment, newest first. Raises FetchError."""
    start = 0
    while True:
        feed = _query(
            client,
            search_query=f"cat:{category}",
            sortBy="submittedDate",
            sortOrder="descending",
            start=start,
            max_results=PAGE_SIZE,
        )
        page = list(_entries(feed, f"arXiv {category} from {start}"))
        for item in page:
            if isinstance(item, PaperRecord) and item.published_at < since:
                return
            yield item
        start += len(page)
        total = int(feed.findtext("{*}totalResults", "0"))
        if start >= total:
            return
        if not page:  # arXiv sometimes answers an empty page before the last one
            raise FetchError(f"arXiv broke off after {start:,} of {total:,} papers in {category}")


def _query(client: Client, **params) -> etree._Element:
    url = f"{QUERY_URL}?{urlencode(params, safe=':,/')}"
    try:
        return xml.parse(client.get(url).body)
    except xml.BadXML as error:
        raise FetchError(f"{url} answered something that is not XML that we read: {error}") from None


def _entries(feed: etree._Element, source: str) -> Iterator[PaperRecord | Problem]:
    for position, entry in enumerate(feed.iterfind("{*}entry"), 1):
        try:
            yield _record(entry)
        except RecordError as error:
            yield Problem(source, position, str(error))


def _record(entry: etree._Element) -> PaperRecord:
    address = entry.findtext("{*}id", "")
    if "/api/errors" in address:
        raise RecordError(f"arXiv answered with an error: {entry.findtext('{*}summary')}")
    categories = entry.findall("{*}primary_category") + entry.findall("{*}category")
    abstract = entry.findtext("{*}summary")
    return PaperRecord.from_source(
        arxiv_id=address,
        title=entry.findtext("{*}title"),
        abstract=abstract,
        authors=[_author(author) for author in entry.iterfind("{*}author")],
        categories=[category.get("term", "") for category in categories],
        published_at=entry.findtext("{*}published"),
        withdrawn=withdrawal.is_withdrawn(entry.findtext("{*}comment"), abstract),
    )


def _author(author: etree._Element) -> tuple[str, Details]:
    return author.findtext("{*}name", ""), Details(affiliation=oai.affiliation(author))
