"""A list as a feed: Atom 1.0 (RFC 4287), JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/) and RSS 2.0
(https://www.rssboard.org/rss-specification, with `atom:link` and `dc:creator` as its best practices have them).

Nothing in a feed moves by a vote, but which papers are in it and where, as far as the list is ordered by votes. What
an entry is known by is the paper's address on arXiv: the same whichever list, format or host it comes from.
"""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from uuid import UUID, uuid5

from django.conf import settings
from django.http import QueryDict
from django.utils.crypto import salted_hmac
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from lxml import etree

from lib.markup import markdown, plain
from lib.refusals import BadInput
from lib.text import byline, one_line
from lib.xml import writable
from papers.lists import listing
from papers.lists.catalogue import Source
from papers.models import Author, Paper

SIZE = 50
NAMES = 10  # of a paper's authors that are told
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # when an empty feed changed

_ATOM = "http://www.w3.org/2005/Atom"
_DC = "http://purl.org/dc/elements/1.1/"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# What an entry may say anew without a change of the paper's text.
_COLUMNS = ("listed_at", "changed_at", "categories", "keywords", "code_url", "project_url")


@dataclass(frozen=True)
class Entry:
    """A paper. `published` is since when it is in the list, `updated` the later of that and its own last change."""

    paper: Paper
    title: str
    html: str
    names: list[str]
    published: datetime
    updated: datetime

    @property
    def page(self) -> str:
        return settings.BASE_URL + self.paper.get_absolute_url()

    @property
    def tags(self) -> list[str]:
        return list(filter(None, dict.fromkeys(map(_line, self.paper.topics))))


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


def address(page: str, form: str, key: str = "") -> str:
    """Of the feed in this form of the list whose page is at this address. `key`: see `FeedKey`."""
    path, _, query = page.partition("?")
    told = QueryDict(query, mutable=True)
    if told.get("sort") not in listing.ORDERS:  # an order of the page's own is how the feed is anyway
        told.pop("sort", None)
    path = "/papers" if path == "/" else path
    return f"{path}.{form}{listing.address(told, older='', export='', key=key)}".removesuffix("?")


def read(source: Source, query: QueryDict, viewer) -> listing.Listing:
    """The list's first papers. One statement; more where words are looked for, which are kept for a minute, and the
    begin, bounds and end of a transaction where filters are. Raises BadInput for filters that can't be read.
    """
    found = source.read(query, viewer, SIZE, also=_COLUMNS)
    if found.asked.problems or not found.is_readable:
        wrong = [f"{found.form[name].label}: {' '.join(said)}" for name, said in found.form.errors.items()]
        raise BadInput(" ".join([*found.asked.problems, *wrong]))
    return found


def version(source: Source, found: listing.Listing) -> tuple:
    """All that the feed tells, for an ETag: without another statement, unless there is no paper to tell the name."""
    rows = [
        (
            paper.pk,
            getattr(paper, source.moment),
            paper.note,
            paper.organisation and paper.organisation.updated_at,
            *(getattr(paper, column) for column in _COLUMNS),
        )
        for paper in found.papers
    ]
    return settings.BASE_URL, found.papers[0].named if rows else source.title(), rows


def make(source: Source, found: listing.Listing, page: str, address: str, viewer) -> Feed:
    """The feed of what was found, by the addresses of its page and its own. Two statements, and one for the title."""
    title = f"{listing.titled(source.title(), found.asked.params)} · Broadsheet"
    whose = f"{page} of {viewer.pk}" if source.is_private else page
    site = UUID(bytes=salted_hmac("papers.feeds", "site", algorithm="sha256").digest()[:16])  # the same at any BASE_URL
    entries = _entries(source, found.papers)
    base = settings.BASE_URL
    return Feed(uuid5(site, whose).urn, _line(title), base + page, base + address, entries)


def _entries(source: Source, rows: Collection[Paper]) -> list[Entry]:
    whole = Paper.objects.select_related("organisation").in_bulk([row.pk for row in rows])
    names = Author.objects.first_of(whole, NAMES)
    return [
        describe(whole[row.pk], names[row.pk], row.note, getattr(row, source.moment)) for row in rows if row.pk in whole
    ]


def describe(paper: Paper, names: list[str], note: str, moment: datetime) -> Entry:
    """The entry of a paper with these first authors, which is so noted in the list since this moment."""
    title, names = _line(plain(paper.title)) or paper.arxiv_id, list(filter(None, map(_line, names)))
    html = writable(_html(paper, names, note))
    return Entry(paper, title, html, names, moment, max(moment, paper.changed_at))


def _line(text: str) -> str:
    return one_line(writable(text))


def _html(paper: Paper, names: list[str], note: str) -> SafeString:
    """Authors and organisation, what a collection notes, the abstract, and where to go from there."""
    organisation = _line(paper.organisation.name) if paper.organisation else ""
    head = " · ".join(filter(None, [byline(names, paper.author_count), organisation]))
    links = {"arXiv": paper.arxiv_url, "PDF": paper.pdf_url, "Code": paper.code_url, "Project": paper.project_url}
    anchors = format_html_join(" · ", '<a href="{}">{}</a>', ((url, name) for name, url in links.items() if url))
    parts = [
        format_html("<p>{}</p>", head) if head else "",
        mark_safe("<p><strong>This paper was withdrawn.</strong></p>") if paper.withdrawn_at else "",
        format_html("<blockquote>{}</blockquote>", markdown(note, plain=True)) if note else "",
        format_html("<p>{}</p>", _line(plain(paper.abstract))) if paper.abstract else "",
        format_html("<p>{}</p>", anchors),
    ]
    return mark_safe("".join(parts))


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
        _add(item, "link", rel="alternate", type="text/html", href=entry.page)
        _add(item, "link", rel="related", type="text/html", href=entry.paper.arxiv_url)
        for name in entry.names:
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
        _add(item, "link", entry.page)
        _add(item, "guid", entry.paper.arxiv_url, isPermaLink="false")
        _add(item, "pubDate", rfc822(entry.published))
        for name in entry.names:
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
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": feed.address,
        "language": "en",
        "items": [_item(entry) for entry in feed.entries],
    }
    return json.dumps(told, ensure_ascii=False).encode()


def _item(entry: Entry) -> dict:
    return {
        "id": entry.paper.arxiv_url,
        "url": entry.page,
        "external_url": entry.paper.arxiv_url,
        "title": entry.title,
        "content_html": entry.html,
        "date_published": _rfc3339(entry.published),
        "date_modified": _rfc3339(entry.updated),
        "authors": [{"name": name} for name in entry.names],
        "tags": entry.tags,
    }


def _rfc3339(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def rfc822(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)


@dataclass(frozen=True)
class Form:
    """`name` is what readers call it; `write` makes its bytes."""

    name: str
    content_type: str
    write: Callable[[Feed], bytes]


FORMS = {
    "atom": Form("Atom", "application/atom+xml; charset=utf-8", _atom),
    "json": Form("JSON Feed", "application/feed+json; charset=utf-8", _json),
    "rss": Form("RSS", "application/rss+xml; charset=utf-8", _rss),
}
