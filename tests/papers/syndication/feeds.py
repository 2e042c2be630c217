"""Parsing of feeds: each is validated against its format, and then parsed into the same dataclass."""

import json
from dataclasses import dataclass
from pathlib import Path

import feedparser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from jsonschema import Draft202012Validator
from lxml import etree

HERE = Path(__file__).parent
FORMS = {"atom": "application/atom+xml", "json": "application/feed+json", "rss": "application/rss+xml"}
ATOM = "{http://www.w3.org/2005/Atom}"
_GRAMMAR = etree.RelaxNG(etree.parse(HERE / "atom.rng"))
_SCHEMA = Draft202012Validator(json.loads((HERE / "jsonfeed.json").read_text()))


@dataclass(frozen=True)
class Parsed:
    """A feed or an entry of any format. RSS has no `updated` of entries."""

    id: str
    title: str
    link: str
    updated: str = ""
    published: str = ""
    html: str = ""
    tags: tuple[str, ...] = ()
    entries: tuple["Parsed", ...] = ()


def read(body: bytes, form: str) -> Parsed:
    """Return the parsed feed. Fails if it is not valid in this format."""
    feed = {"atom": _atom, "json": _json, "rss": _rss}[form](body)
    ids = [entry.id for entry in feed.entries]
    assert len(ids) == len(set(ids))
    if form != "json":  # which feedparser does not support
        parsed = feedparser.parse(body, response_headers={"content-type": f"{FORMS[form]}; charset=utf-8"})
        assert not parsed.bozo, parsed.get("bozo_exception")
        assert parsed.version == {"atom": "atom10", "rss": "rss20"}[form]
        assert [entry.id for entry in parsed.entries] == ids
        assert not any(entry.get("enclosures") for entry in parsed.entries)
    return feed


def _atom(body: bytes) -> Parsed:
    root = etree.fromstring(body)
    _GRAMMAR.assertValid(root)
    assert root.find(f"{ATOM}author") is not None  # so that entries may have none
    return _of_atom(root, [_of_atom(entry) for entry in root.iter(f"{ATOM}entry")])


def _of_atom(element: etree._Element, entries=()) -> Parsed:
    (link,) = [link.get("href") for link in element.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
    return Parsed(
        element.findtext(f"{ATOM}id"),
        element.findtext(f"{ATOM}title"),
        link,
        element.findtext(f"{ATOM}updated"),
        element.findtext(f"{ATOM}published", ""),
        element.findtext(f"{ATOM}content", ""),
        tuple(tag.get("term") for tag in element.findall(f"{ATOM}category")),
        tuple(entries),
    )


def _json(body: bytes) -> Parsed:
    feed = json.loads(body)
    _SCHEMA.validate(feed)
    entries = tuple(
        Parsed(
            item["id"],
            item["title"],
            item["url"],
            item["date_modified"],
            item["date_published"],
            item["content_html"],
            tuple(item["tags"]),
        )
        for item in feed["items"]
    )
    return Parsed(feed["feed_url"], feed["title"], feed["home_page_url"], entries=entries)


def _rss(body: bytes) -> Parsed:
    root = etree.fromstring(body)
    assert (root.tag, root.get("version"), len(root)) == ("rss", "2.0", 1)
    channel = root[0]
    assert channel.findtext("description")
    return _of_rss(channel, [_of_rss(item) for item in channel.iter("item")])


def _of_rss(element: etree._Element, entries=()) -> Parsed:
    guid = element.find("guid")
    assert guid is None or guid.get("isPermaLink") == "false"
    return Parsed(
        element.findtext("guid", ""),
        element.findtext("title"),
        element.findtext("link"),
        element.findtext("lastBuildDate", ""),
        element.findtext("pubDate", ""),
        element.findtext("description"),
        tuple(tag.text for tag in element.findall("category")),
        tuple(entries),
    )


def statements_of_304(reader, path: str, monkeypatch) -> list[str]:
    """Return the statements of a request with the current ETag, which must be a 304 that renders no template."""
    etag = reader.get(path).headers["ETag"]
    rendered = []
    monkeypatch.setattr("django.template.base.Template.render", lambda *args: rendered.append(args))
    with CaptureQueriesContext(connection) as statements:
        answer = reader.get(path, headers={"if-none-match": etag})
    assert (answer.status_code, answer.content, answer.headers["ETag"], rendered) == (304, b"", etag, [])
    return [statement["sql"] for statement in statements]
