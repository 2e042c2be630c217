"""All that a person could subscribe to in a feed reader, for the page of feeds and as OPML 2.0
(http://opml.org/spec2.opml)."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from lxml import etree

from lib.xml import writable
from papers.models import Collection
from papers.models.follow import Follow, kinds
from papers.people.tabs import PARTS
from papers.syndication import feeds


@dataclass(frozen=True)
class Line:
    """A list by its title, and the addresses of its page and of its feed as Atom, both with the site's."""

    title: str
    page: str
    feed: str


def shelves(user, key: str) -> dict[str, list[Line]]:
    """By headings: the person's own lists, saved searches, collections, and what is followed. None is empty.

    `key` (see `FeedKey`) stands in the addresses of what nobody else may read.
    """
    kept = Collection.objects.kept_by(user).order_by("name")
    found = {
        "For you alone": [
            _line("Following", reverse("papers:following"), key),
            _line("Bookmarks", reverse("papers:bookmarks"), key),
            *(
                _line(part.title, reverse(f"papers:person_{name}", args=[user.username]), key)
                for name, part in PARTS.items()
                if not user.shows(part.what, to=None)
            ),
        ],
        "Your searches": [_line(str(saved), saved.get_absolute_url()) for saved in user.saved_filters.all()],
        "Your collections": [_of_collection(collection, key) for collection in kept],
    }
    for name, kind in kinds().items():
        found[f"{kind.title} that you follow"] = [
            line for row in kind.objects.of(user) for line in _followed(name, row, key)
        ]
    return {heading: lines for heading, lines in found.items() if lines}


def _line(title: str, page: str, key: str = "") -> Line:
    return Line(title, settings.BASE_URL + page, settings.BASE_URL + feeds.address(page, "atom", key))


def _of_collection(collection: Collection, key: str) -> Line:
    return _line(str(collection), collection.get_absolute_url(), key if collection.is_private else "")


def _followed(name: str, row: Follow, key: str) -> list[Line]:
    """A person is two lists: what was submitted, and what was upvoted."""
    page = row.get_absolute_url()
    match name:
        case "people":
            return [_line(f"{row}: {part}", f"{page}/{part}") for part in ("submitted", "upvoted")]
        case "collections":
            return [_of_collection(row.collection, key)]
    return [_line(str(row), page)]


def write(user, key: str, moment: datetime) -> bytes:
    """The document, made at this moment."""
    root = etree.Element("opml", version="2.0")
    head, body = etree.SubElement(root, "head"), etree.SubElement(root, "body")
    etree.SubElement(head, "title").text = "Broadsheet"
    etree.SubElement(head, "dateCreated").text = feeds.rfc822(moment)
    etree.SubElement(head, "ownerName").text = writable(str(user))
    for heading, lines in shelves(user, key).items():
        group = etree.SubElement(body, "outline", text=heading)
        for line in lines:
            title = writable(line.title)
            etree.SubElement(group, "outline", type="rss", text=title, title=title, xmlUrl=line.feed, htmlUrl=line.page)
    return feeds.xml(root)
