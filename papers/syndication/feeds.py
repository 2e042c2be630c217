"""A list as a feed: Atom 1.0 (RFC 4287), JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/) and RSS 2.0
(https://www.rssboard.org/rss-specification, with `atom:link` and `dc:creator` as its best practices have them).

The number of votes is not in a feed; a vote changes at most the selection and order of its entries. The id of an entry
is the paper's address on arXiv; it and the id of a feed are the same on every host.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from uuid import UUID, uuid5

from django.conf import settings
from django.http import Http404
from django.utils.crypto import salted_hmac
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from lxml import etree

from lib.markup import markdown
from lib.refusals import BadInput
from lib.text import one_line
from lib.xml import writable
from papers.lists.list import List, Privacy
from papers.lists.listing import Listing, for_feed
from papers.lists.query import ListQuery, query_string
from papers.paper.summary import Summary, summaries

MAX_ENTRIES = 50
MAX_AUTHORS = 10  # that an entry names
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # the `updated` of an empty feed

_ATOM = "http://www.w3.org/2005/Atom"
_DC = "http://purl.org/dc/elements/1.1/"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# The columns, besides the text, that a change of an entry depends on.
_COLUMNS = ("listed_at", "changed_at", "categories", "keywords", "code_url", "project_url")


@dataclass(frozen=True)
class Entry:
    """A paper of the feed. `published` is when it came into the list, `updated` that or its last change, if later."""

    paper: Summary
    published: datetime

    @property
    def updated(self) -> datetime:
        return max(self.published, self.paper.changed_at)

    @property
    def title(self) -> str:
        return writable(self.paper.plain_title) or self.paper.arxiv_id

    @property
    def authors(self) -> list[str]:
        return _non_empty_lines(self.paper.authors)

    @property
    def tags(self) -> list[str]:
        return _non_empty_lines(dict.fromkeys(self.paper.topics))

    @property
    def html(self) -> str:
        """The authors and organisation, the note of a collection, the abstract, and links."""
        paper = self.paper
        byline = " · ".join(filter(None, [paper.byline(MAX_AUTHORS), paper.organisation]))
        anchors = format_html_join(" · ", '<a href="{}">{}</a>', ((url, name) for name, url in paper.links.items()))
        paragraphs = [
            format_html("<p>{}</p>", byline) if byline else "",
            mark_safe("<p><strong>This paper was withdrawn.</strong></p>") if paper.is_withdrawn else "",
            format_html("<blockquote>{}</blockquote>", markdown(paper.note, plain=True)) if paper.note else "",
            format_html("<p>{}</p>", paper.plain_abstract) if paper.abstract else "",
            format_html("<p>{}</p>", anchors),
        ]
        return writable("".join(paragraphs))


@dataclass(frozen=True)
class Feed:
    """A feed as plain data. `page` and `address` are the absolute URLs of the list and of the feed."""

    id: str
    title: str
    page: str
    address: str
    entries: list[Entry]

    @property
    def updated(self) -> datetime:
        return max((entry.updated for entry in self.entries), default=EPOCH)


def listing_for(list_: List, query: ListQuery, viewer) -> Listing:
    """Return the first papers of the list, by one statement.

    A search takes more, whose results are cached for a minute, and filters take those of a transaction with a timeout.
    Raises BadInput for invalid filters, and Http404 for a list without a feed.
    """
    if list_.no_feed:
        raise Http404
    listing = for_feed(list_, query, viewer, MAX_ENTRIES, columns=(*_COLUMNS, list_.since))
    if query.problems or not listing.is_readable:
        raise BadInput(" ".join([*query.problems, listing.filter_errors]).strip())
    return listing


def version(list_: List, listing: Listing, viewer) -> tuple:
    """Return all that the feed depends on, for its ETag. An empty list takes one more statement, for its title."""
    rows = [
        (
            paper.pk,
            getattr(paper, list_.since),
            paper.note,
            paper.organisation and paper.organisation.updated_at,
            *(getattr(paper, column) for column in _COLUMNS),
        )
        for paper in listing.papers
    ]
    return settings.BASE_URL, listing.papers[0].list_title if rows else list_.title_for(viewer), rows


def build(list_: List, listing: Listing, path: str, address: str, viewer) -> Feed:
    """Return the feed of this listing by the path of its page and the feed's own address.

    Two statements, and one for the title.
    """
    title = f"{listing.query.title(list_.title_for(viewer))} · Broadsheet"
    page = path + query_string(listing.query.of_list().params).removesuffix("?")
    name = f"{page} of {viewer.pk}" if list_.privacy is Privacy.PRIVATE else page
    namespace = UUID(bytes=salted_hmac("papers.feeds", "site", algorithm="sha256").digest()[:16])
    papers = summaries([paper.pk for paper in listing.papers], MAX_AUTHORS)
    entries = [
        Entry(replace(papers[row.pk], note=row.note), getattr(row, list_.since))
        for row in listing.papers
        if row.pk in papers
    ]
    base = settings.BASE_URL
    return Feed(uuid5(namespace, name).urn, writable(one_line(title)), base + page, base + address, entries)


def _non_empty_lines(texts: Iterable[str]) -> list[str]:
    return [line for text in texts if (line := one_line(writable(text)))]


def _atom(feed: Feed) -> bytes:
    root = etree.Element(f"{{{_ATOM}}}feed", {_LANG: "en"}, nsmap={None: _ATOM})
    _add(root, "id", feed.id)
    _add(root, "title", feed.title)
    _add(root, "updated", _rfc3339(feed.updated))
    _add(root, "link", rel="self", type="application/atom+xml", href=feed.address)
    _add(root, "link", rel="alternate", type="text/html", href=feed.page)
    _add(_add(root, "author"), "name", "Broadsheet")  # required, since an entry may have no author
    for entry in feed.entries:
        item = _add(root, "entry")
        _add(item, "id", entry.paper.arxiv_url)
        _add(item, "title", entry.title)
        _add(item, "published", _rfc3339(entry.published))
        _add(item, "updated", _rfc3339(entry.updated))
        _add(item, "link", rel="alternate", type="text/html", href=entry.paper.url)
        _add(item, "link", rel="related", type="text/html", href=entry.paper.arxiv_url)
        for name in entry.authors:
            _add(_add(item, "author"), "name", name)
        for tag in entry.tags:
            _add(item, "category", term=tag)
        _add(item, "content", entry.html, type="html")
    return to_xml(root)


def _rss(feed: Feed) -> bytes:
    root = etree.Element("rss", {"version": "2.0"}, nsmap={"atom": _ATOM, "dc": _DC})
    channel = _add(root, "channel")
    _add(channel, "title", feed.title)
    _add(channel, "link", feed.page)
    _add(channel, "description", "Papers, as Broadsheet lists them.")
    _add(channel, "language", "en")
    _add(channel, "lastBuildDate", rfc822(feed.updated))
    _add(channel, f"{{{_ATOM}}}link", rel="self", type="application/rss+xml", href=feed.address)
    for entry in feed.entries:
        item = _add(channel, "item")
        _add(item, "title", entry.title)
        _add(item, "link", entry.paper.url)
        _add(item, "guid", entry.paper.arxiv_url, isPermaLink="false")
        _add(item, "pubDate", rfc822(entry.published))
        for name in entry.authors:
            _add(item, f"{{{_DC}}}creator", name)
        for tag in entry.tags:
            _add(item, "category", tag)
        _add(item, "description", entry.html)
    return to_xml(root)


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    """Add an element, in the parent's namespace unless the name has one."""
    namespace = etree.QName(parent).namespace
    tag = f"{{{namespace}}}{name}" if namespace and not name.startswith("{") else name
    element = etree.SubElement(parent, tag, attributes)
    element.text = text or None
    return element


def to_xml(root: etree._Element) -> bytes:
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _json(feed: Feed) -> bytes:
    data = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": feed.address,
        "language": "en",
        "items": [_json_item(entry) for entry in feed.entries],
    }
    return json.dumps(data, ensure_ascii=False).encode()


def _json_item(entry: Entry) -> dict:
    return {
        "id": entry.paper.arxiv_url,
        "url": entry.paper.url,
        "external_url": entry.paper.arxiv_url,
        "title": entry.title,
        "content_html": entry.html,
        "date_published": _rfc3339(entry.published),
        "date_modified": _rfc3339(entry.updated),
        "authors": [{"name": name} for name in entry.authors],
        "tags": entry.tags,
    }


def _rfc3339(value: datetime) -> str:
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def rfc822(value: datetime) -> str:
    return format_datetime(value.astimezone(UTC), usegmt=True)


@dataclass(frozen=True)
class Format:
    """`write` makes the bytes of a feed."""

    content_type: str
    write: Callable[[Feed], bytes]


FORMATS = {
    "atom": Format("application/atom+xml; charset=utf-8", _atom),
    "json": Format("application/feed+json; charset=utf-8", _json),
    "rss": Format("application/rss+xml; charset=utf-8", _rss),
}
