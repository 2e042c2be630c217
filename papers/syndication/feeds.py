"""A list as a feed: Atom 1.0 (RFC 4287), JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/) and RSS 2.0
(https://www.rssboard.org/rss-specification, with `atom:link` and `dc:creator` as its best practices have them).

A vote changes nothing in a feed but which papers are in it and in which order, if the list is sorted by votes. The id
of an entry is the paper's address on arXiv: the same in every list and format, and on every host.
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

SIZE = 50
NAMES = 10  # of a paper's authors
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # when an empty feed changed

_ATOM = "http://www.w3.org/2005/Atom"
_DC = "http://purl.org/dc/elements/1.1/"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# What an entry may say anew without a change of the paper's text.
_COLUMNS = ("listed_at", "changed_at", "categories", "keywords", "code_url", "project_url")


@dataclass(frozen=True)
class Entry:
    """A paper since it is in the list (`published`); `updated` is the later of that and its own last change."""

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
        return _lines(self.paper.authors)

    @property
    def tags(self) -> list[str]:
        return _lines(dict.fromkeys(self.paper.topics))

    @property
    def html(self) -> str:
        """Authors and organisation, the note of a collection, the abstract, and links."""
        paper = self.paper
        head = " · ".join(filter(None, [paper.byline(NAMES), paper.organisation]))
        anchors = format_html_join(" · ", '<a href="{}">{}</a>', ((url, name) for name, url in paper.links.items()))
        paragraphs = [
            format_html("<p>{}</p>", head) if head else "",
            mark_safe("<p><strong>This paper was withdrawn.</strong></p>") if paper.is_withdrawn else "",
            format_html("<blockquote>{}</blockquote>", markdown(paper.note, plain=True)) if paper.note else "",
            format_html("<p>{}</p>", paper.plain_abstract) if paper.abstract else "",
            format_html("<p>{}</p>", anchors),
        ]
        return writable("".join(paragraphs))


@dataclass(frozen=True)
class Feed:
    """`page` and `address` are those of the list and of this feed of it, with the site's."""

    id: str
    title: str
    page: str
    address: str
    entries: list[Entry]

    @property
    def updated(self) -> datetime:
        return max((entry.updated for entry in self.entries), default=NEVER)


def read(list_: List, query: ListQuery, viewer) -> Listing:
    """The list's first papers, in one statement.

    There are more where words are looked for, which are kept for a minute, and the begin, bounds and end of a
    transaction where filters are. Raises BadInput for filters that can't be read, and Http404 for a list without feed.
    """
    if list_.no_feed:
        raise Http404
    listing = for_feed(list_, query, viewer, SIZE, columns=(*_COLUMNS, list_.since))
    if query.problems or not listing.is_readable:
        errors = [f"{listing.form[name].label}: {' '.join(texts)}" for name, texts in listing.form.errors.items()]
        raise BadInput(" ".join([*query.problems, *errors]))
    return listing


def version(list_: List, listing: Listing, viewer) -> tuple:
    """All that the feed says, for an ETag, without another statement unless there is no paper to know the title."""
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


def make(list_: List, listing: Listing, address: str, viewer) -> Feed:
    """The feed of this listing, by its own address. Two statements, and one for the title."""
    title = f"{listing.query.title(list_.title_for(viewer))} · Broadsheet"
    page = list_.key + query_string(listing.query.of_list().params).removesuffix("?")
    reader = f"{page} of {viewer.pk}" if list_.privacy is Privacy.PRIVATE else page
    site = UUID(bytes=salted_hmac("papers.feeds", "site", algorithm="sha256").digest()[:16])  # the same at any BASE_URL
    papers = summaries([paper.pk for paper in listing.papers], NAMES)
    entries = [
        Entry(replace(papers[row.pk], note=row.note), getattr(row, list_.since))
        for row in listing.papers
        if row.pk in papers
    ]
    base = settings.BASE_URL
    return Feed(uuid5(site, reader).urn, writable(one_line(title)), base + page, base + address, entries)


def _lines(texts: Iterable[str]) -> list[str]:
    return [line for text in texts if (line := one_line(writable(text)))]


def _atom(feed: Feed) -> bytes:
    root = etree.Element(f"{{{_ATOM}}}feed", {_LANG: "en"}, nsmap={None: _ATOM})
    _add(root, "id", feed.id)
    _add(root, "title", feed.title)
    _add(root, "updated", _rfc3339(feed.updated))
    _add(root, "link", rel="self", type="application/atom+xml", href=feed.address)
    _add(root, "link", rel="alternate", type="text/html", href=feed.page)
    _add(_add(root, "author"), "name", "Broadsheet")  # of entries without an author
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
    return xml(root)


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
    return xml(root)


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    """An element of the parent's namespace, unless the name tells its own."""
    space = etree.QName(parent).namespace
    tag = f"{{{space}}}{name}" if space and not name.startswith("{") else name
    element = etree.SubElement(parent, tag, attributes)
    element.text = text or None
    return element


def xml(root: etree._Element) -> bytes:
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _json(feed: Feed) -> bytes:
    data = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": feed.address,
        "language": "en",
        "items": [_item(entry) for entry in feed.entries],
    }
    return json.dumps(data, ensure_ascii=False).encode()


def _item(entry: Entry) -> dict:
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


def _rfc3339(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def rfc822(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)


@dataclass(frozen=True)
class Form:
    """`write` makes the bytes of a feed."""

    content_type: str
    write: Callable[[Feed], bytes]


FORMS = {
    "atom": Form("application/atom+xml; charset=utf-8", _atom),
    "json": Form("application/feed+json; charset=utf-8", _json),
    "rss": Form("application/rss+xml; charset=utf-8", _rss),
}
