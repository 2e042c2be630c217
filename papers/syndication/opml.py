"""The feeds of a user's own and followed lists, for the page of feeds and as OPML 2.0 (http://opml.org/spec2.opml)."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import QueryDict
from lxml import etree

from lib.xml import writable
from papers.collections.lists import bookmarks
from papers.following.lists import following
from papers.lists.query import feed_address, parse_query
from papers.models import Collection
from papers.models.follow import Follow, sources
from papers.people.lists import TABS
from papers.syndication import formats


@dataclass(frozen=True)
class Outline:
    """A list's title and the absolute URLs of its page and its Atom feed.

    `feed` is "" if the feed needs a key and the user has none.
    """

    title: str
    page: str
    feed: str


def groups(user, key: str) -> dict[str, list[Outline]]:
    """Return the user's lists, saved searches, collections and follows by headings, without empty groups.

    `key` is the user's `FeedKey` for the feeds of private lists, or "".
    """
    collections = Collection.objects.kept_by(user).order_by("name")
    groups = {
        "Private": [
            *(_outline(list_.title_for(user), list_.key, key) for list_ in (following(), bookmarks())),
            *(
                _outline(name.capitalize(), tab.make(user.username).key, key)
                for name, tab in TABS.items()
                if tab.is_hidden(user)
            ),
        ],
        "Saved searches": _searches(user),
        "My collections": [_collection_outline(collection, key) for collection in collections],
    }
    for model in sources():
        followed = [outline for row in model.objects.of(user) for outline in _followed(model.kind, row, key)]
        groups[f"{model.title} you follow"] = followed
    return {heading: outlines for heading, outlines in groups.items() if outlines}


def _outline(title: str, page: str, key: str | None = None) -> Outline:
    """Return the outline of a list. `key` is None for a public list, and may be "" for a private one."""
    feed = "" if key == "" else settings.BASE_URL + feed_address(page, "atom", key or "")
    return Outline(title, settings.BASE_URL + page, feed)


def _searches(user) -> list[Outline]:
    """Return the outlines of the saved searches, without those that depend on the viewer and so have no feed."""
    public = (row for row in user.saved_filters.all() if not parse_query(QueryDict(row.query)).depends_on_viewer)
    return [_outline(str(row), row.get_absolute_url()) for row in public]


def _collection_outline(collection: Collection, key: str) -> Outline:
    return _outline(str(collection), collection.get_absolute_url(), key if collection.is_private else None)


def _followed(name: str, row: Follow, key: str) -> list[Outline]:
    """Return the outlines of a followed target: two for a person, and else one."""
    page = row.get_absolute_url()
    match name:
        case "people":
            return [_outline(f"{row}: {tab}", f"{page}/{tab}") for tab in TABS]
        case "collections":
            return [_collection_outline(row.collection, key)]
    return [_outline(str(row), page)]


def write(user, key: str, created_at: datetime) -> bytes:
    """Return the OPML document of the user's feeds."""
    root = etree.Element("opml", version="2.0")
    head, body = etree.SubElement(root, "head"), etree.SubElement(root, "body")
    etree.SubElement(head, "title").text = "Broadsheet"
    etree.SubElement(head, "dateCreated").text = formats.rfc822(created_at)
    etree.SubElement(head, "ownerName").text = writable(str(user))
    for heading, outlines in groups(user, key).items():
        group = etree.SubElement(body, "outline", text=heading)
        for row in outlines:
            title = writable(row.title)
            etree.SubElement(group, "outline", type="rss", text=title, title=title, xmlUrl=row.feed, htmlUrl=row.page)
    return formats.to_xml(root)
