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

QUERY = "https://export.arxiv.org/api/query"
PAGE = 100
CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)*(?:\.[A-Za-z]+(?:-[a-z]+)*)?")


def read(data: bytes, source: str) -> Iterator[PaperRecord | Problem]:
    """The records of an Atom feed or an OAI-PMH answer: the root element tells which."""
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
    """arXiv's records of these ids, and a Problem for every id that it does not know. Raises FetchError."""
    asked = {}
    for position, text in enumerate(ids, 1):
        try:
            arxiv_id, version = identifiers.parse(text)
        except ValueError as error:
            yield Problem("ids", position, str(error))
        else:
            asked[arxiv_id] = f"{arxiv_id}v{version}" if version else arxiv_id
    for some in batched(asked.items(), PAGE):
        missing = dict(some)
        feed = _feed(client, id_list=",".join(missing.values()), max_results=PAGE)
        for item in _entries(feed, "arXiv"):
            if isinstance(item, PaperRecord):
                missing.pop(item.arxiv_id, None)
            yield item
        yield from (Problem("arXiv", None, f"{name} is not known there") for name in missing.values())


def find(arxiv_id: str, client: Client) -> PaperRecord:
    """arXiv's record of one id.

    Raises NotFound if arXiv has no such paper, RecordError if its entry is none of ours, FetchError if none came.
    """
    items = list(fetch([arxiv_id], client))
    for item in items:
        if isinstance(item, PaperRecord):
            return item
    raise (NotFound if items[0].position is None else RecordError)(items[0].reason)


def recent(category: str, since: datetime, client: Client) -> Iterator[PaperRecord | Problem]:
    """What came into the category from that moment on, newest first. Raises FetchError."""
    start = 0
    while True:
        feed = _feed(
            client,
            search_query=f"cat:{category}",
            sortBy="submittedDate",
            sortOrder="descending",
            start=start,
            max_results=PAGE,
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
        if not page:  # arXiv does this now and then; it is not the end
            raise FetchError(f"arXiv broke off after {start:,} of {total:,} papers in {category}")


def _feed(client: Client, **query) -> etree._Element:
    url = f"{QUERY}?{urlencode(query, safe=':,/')}"
    try:
        return xml.parse(client.fetch(url))
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
    return PaperRecord.of(
        arxiv_id=address,
        title=entry.findtext("{*}title"),
        abstract=abstract,
        authors=[name.text or "" for name in entry.iterfind("{*}author/{*}name")],
        categories=[category.get("term", "") for category in categories],
        published_at=entry.findtext("{*}published"),
        withdrawn=withdrawal.is_told(entry.findtext("{*}comment"), abstract),
    )
