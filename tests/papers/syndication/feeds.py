"""Feeds read as readers read them: checked against their formats first, then told the same from all three."""

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
class Told:
    """A feed or an entry as it stands in the document. RSS tells when an entry came, and not when it changed."""

    id: str
    title: str
    link: str
    updated: str = ""
    published: str = ""
    html: str = ""
    tags: tuple[str, ...] = ()
    entries: tuple["Told", ...] = ()


def read(body: bytes, form: str) -> Told:
    """Fails for what is not right in this form."""
    told = {"atom": _atom, "json": _json, "rss": _rss}[form](body)
    ids = [entry.id for entry in told.entries]
    assert len(ids) == len(set(ids))
    if form != "json":  # which feedparser does not read
        parsed = feedparser.parse(body, response_headers={"content-type": f"{FORMS[form]}; charset=utf-8"})
        assert not parsed.bozo, parsed.get("bozo_exception")
        assert parsed.version == {"atom": "atom10", "rss": "rss20"}[form]
        assert [entry.id for entry in parsed.entries] == ids
        assert not any(entry.get("enclosures") for entry in parsed.entries)
    return told


def _atom(body: bytes) -> Told:
    root = etree.fromstring(body)
    _GRAMMAR.assertValid(root)
    assert root.find(f"{ATOM}author") is not None  # so that entries may have none
    return _of_atom(root, [_of_atom(entry) for entry in root.iter(f"{ATOM}entry")])


def _of_atom(element: etree._Element, entries=()) -> Told:
    (link,) = [link.get("href") for link in element.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
    return Told(
        element.findtext(f"{ATOM}id"),
        element.findtext(f"{ATOM}title"),
        link,
        element.findtext(f"{ATOM}updated"),
        element.findtext(f"{ATOM}published", ""),
        element.findtext(f"{ATOM}content", ""),
        tuple(tag.get("term") for tag in element.findall(f"{ATOM}category")),
        tuple(entries),
    )


def _json(body: bytes) -> Told:
    feed = json.loads(body)
    _SCHEMA.validate(feed)
    entries = tuple(
        Told(
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
    return Told(feed["feed_url"], feed["title"], feed["home_page_url"], entries=entries)


def _rss(body: bytes) -> Told:
    root = etree.fromstring(body)
    assert (root.tag, root.get("version"), len(root)) == ("rss", "2.0", 1)
    channel = root[0]
    assert channel.findtext("description")
    return _of_rss(channel, [_of_rss(item) for item in channel.iter("item")])


def _of_rss(element: etree._Element, entries=()) -> Told:
    guid = element.find("guid")
    assert guid is None or guid.get("isPermaLink") == "false"
    return Told(
        element.findtext("guid", ""),
        element.findtext("title"),
        element.findtext("link"),
        element.findtext("lastBuildDate", ""),
        element.findtext("pubDate", ""),
        element.findtext("description"),
        tuple(tag.text for tag in element.findall("category")),
        tuple(entries),
    )


def asked_again(reader, path: str, monkeypatch) -> list[str]:
    """The statements of a request that knows the ETag; it must be a 304 that draws nothing."""
    etag = reader.get(path).headers["ETag"]
    drawn = []
    monkeypatch.setattr("django.template.base.Template.render", lambda *a: drawn.append(a))
    with CaptureQueriesContext(connection) as statements:
        answer = reader.get(path, headers={"if-none-match": etag})
    assert (answer.status_code, answer.content, answer.headers["ETag"], drawn) == (304, b"", etag, [])
    return [statement["sql"] for statement in statements]
