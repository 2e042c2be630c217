"""arXiv's query API, which answers in Atom (https://info.arxiv.org/help/api/user-manual.html), OAI-PMH, and files."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import batched
from urllib.parse import urlencode

from lxml import etree

from lib import xml
from papers import identifiers
from papers.ingest import oai, withdrawal
from papers.ingest.client import Client, FetchError
from papers.ingest.problem import NotFound, Problem, RecordError, read
from papers.ingest.record import PaperRecord
from papers.names import Details

QUERY_URL = "https://export.arxiv.org/api/query"
OAI_URL = "https://oaipmh.arxiv.org/oai"
PAGE_SIZE = 100
MAX_PAGES = 100  # of OAI-PMH, each of up to 2,000 records
CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)*(?:\.[A-Za-z]+(?:-[a-z]+)*)?")


def parse(data: bytes, source: str) -> Iterator[PaperRecord | Problem]:
    """Yield the records of an Atom feed or of an OAI-PMH response, which the root element distinguishes."""
    try:
        root = xml.parse(data)
    except xml.BadXML as error:
        yield Problem(source, None, f"this is not XML that we read: {error}")
    else:
        yield from _items(root, source)


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


def announced(category: str, since: date, client: Client) -> Iterator[PaperRecord | Problem]:
    """Yield the papers of a category that arXiv announced or changed on this day (UTC) or later. Raises FetchError.

    These are also new versions, papers that moderators held back, cross-lists, and older papers whose record changed.
    """
    params = {"verb": "ListRecords", "metadataPrefix": "arXivRaw", "set": oai.set_of(category), "from": since}
    for page in range(1, MAX_PAGES + 1):
        answer = _get(client, f"{OAI_URL}?{urlencode(params)}")
        yield from _items(answer, f"arXiv {category}, page {page}")
        token = answer.findtext(".//{*}resumptionToken")
        if not token:
            return
        params = {"verb": "ListRecords", "resumptionToken": token}
    raise FetchError(f"arXiv has more than {MAX_PAGES:,} pages of papers in {category} since {since}")


def _query(client: Client, **params) -> etree._Element:
    return _get(client, f"{QUERY_URL}?{urlencode(params, safe=':,/')}")


def _get(client: Client, url: str) -> etree._Element:
    try:
        return xml.parse(client.get(url).body)
    except xml.BadXML as error:
        raise FetchError(f"{url} answered something that is not XML that we read: {error}") from None


def _items(root: etree._Element, source: str) -> Iterator[PaperRecord | Problem]:
    match etree.QName(root).localname:
        case "feed":
            yield from _entries(root, source)
        case "OAI-PMH" | "record":
            yield from oai.records(root, source)
        case name:
            yield Problem(source, None, f"<{name}> is neither an Atom feed nor an OAI-PMH answer")


def _entries(feed: etree._Element, source: str) -> Iterator[PaperRecord | Problem]:
    yield from read(feed.iterfind("{*}entry"), _record, source)


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
        seems_withdrawn=withdrawal.is_withdrawn(entry.findtext("{*}comment"), abstract),
    )


def _author(author: etree._Element) -> tuple[str, Details]:
    return author.findtext("{*}name", ""), Details(affiliation=oai.affiliation(author))
