"""The formats of feeds: Atom 1.0 (RFC 4287), JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/) and RSS 2.0
(https://www.rssboard.org/rss-specification, with `atom:link` and `dc:creator` as its best practices have them).
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from uuid import UUID, uuid5

from django.utils.crypto import salted_hmac
from lxml import etree

from lib.text import one_line
from lib.xml import writable

MAX_ENTRIES = 50
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # the `updated` of an empty feed

_ATOM = "http://www.w3.org/2005/Atom"
_DC = "http://purl.org/dc/elements/1.1/"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True)
class Entry:
    """An entry of a feed as plain data, whose texts XML can hold.

    * `id`: the same on every host of this site.
    * `url`: the absolute URL of its page here.
    * `related`: the URL of the same thing on another site, or "".
    * `published`: when it came into the list; `updated`: that, or when it last changed, if later.
    """

    id: str
    title: str
    url: str
    published: datetime
    updated: datetime
    html: str
    related: str = ""
    authors: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Feed:
    """A feed as plain data. `page` and `address` are the absolute URLs of the list and of the feed."""

    id: str
    title: str
    page: str
    address: str
    entries: list[Entry]
    description: str

    @property
    def updated(self) -> datetime:
        return max((entry.updated for entry in self.entries), default=EPOCH)


def urn(name: str) -> str:
    """Return the id of something of this site, which is the same whatever BASE_URL is."""
    namespace = UUID(bytes=salted_hmac("papers.feeds", "site", algorithm="sha256").digest()[:16])
    return uuid5(namespace, name).urn


def non_empty_lines(texts: Iterable[str]) -> list[str]:
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
        _add(item, "id", entry.id)
        _add(item, "title", entry.title)
        _add(item, "published", _rfc3339(entry.published))
        _add(item, "updated", _rfc3339(entry.updated))
        _add(item, "link", rel="alternate", type="text/html", href=entry.url)
        if entry.related:
            _add(item, "link", rel="related", type="text/html", href=entry.related)
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
    _add(channel, "description", feed.description)
    _add(channel, "language", "en")
    _add(channel, "lastBuildDate", rfc822(feed.updated))
    _add(channel, f"{{{_ATOM}}}link", rel="self", type="application/rss+xml", href=feed.address)
    for entry in feed.entries:
        item = _add(channel, "item")
        _add(item, "title", entry.title)
        _add(item, "link", entry.url)
        _add(item, "guid", entry.id, isPermaLink="false")
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
        "id": entry.id,
        "url": entry.url,
        **({"external_url": entry.related} if entry.related else {}),
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
