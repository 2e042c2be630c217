"""Every address answers as it did when it was recorded: status, type, target, titles, and which papers in what order.

`recorded_addresses.json` has one request a line. `RECORD=1 bin/test tests/test_recorded_addresses.py` writes the
answers anew; a request is added as a line with "path" and "who" alone.
"""

import json
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import time_machine
from django.db import connection
from django.test import override_settings
from django.urls import Resolver404, get_resolver, resolve

from tests import scene
from tests.conftest import Reader

FILE = Path(__file__).with_name("recorded_addresses.json")
RECORDED = json.loads(FILE.read_text())
# The addresses of other packages, of which only a few are recorded, and of the API, which has a walk of its own.
OTHERS = re.compile(r"accounts/|admin/|api/")

# Pages that link to papers, but consist of forms or specimens, or are drawn into other sites.
FORMS = re.compile(
    r"/(?:styleguide|flag|moderation|embed|settings|notifications)\b.*"
    r"|.*/(?:arrange|edit|reply|new|report|claim|correct|summary|artefacts)"
    r"|.*/(?:featured|sections|suggestions|refused|manage)"
)

LINKS = re.compile(r'href="(/(?:papers/2509\.\d{5}|collections/(?!new|mine)[\w-]+|comments/\d+))"')

# What a GET request must not do to rows; sessions and the counts of what is limited are no part of what it is about.
OUR_TABLE = r'"?(?!django_session|usersessions_usersession|lib_throttle)\w+'
WRITES = rf"(?:INSERT INTO|UPDATE|DELETE FROM) {OUR_TABLE}|FOR (?:NO KEY )?UPDATE|FOR (?:KEY )?SHARE|pg_advisory"


@dataclass(frozen=True)
class Walked:
    """A recorded request, what its answer is now, and the statements that wrote or locked rows for it.

    `has_tex` is true if the answer has the TeX of the papers' titles and abstracts. `not_in_markdown` are the links to
    papers, collections and comments of a page that who prefers Markdown does not get.
    """

    request: dict
    answer: dict
    writes: list[str]
    has_tex: bool
    not_in_markdown: set[str]


@pytest.fixture
def walked(db):
    return _walk_once()


@cache
def _walk_once() -> list[Walked]:
    """Makes the site and all recorded requests to it, for the first test that needs the answers."""
    with override_settings(SECRET_KEY=scene.SECRET_KEY), time_machine.travel(scene.NOW, tick=False):
        readers = {who: Reader(user) for who, user in scene.people().items()}
        return [_walk(readers, entry) for entry in RECORDED]


def _walk(readers: dict[str, Reader], entry: dict) -> Walked:
    """One request; a stranger brings no cookie."""
    who, _, with_htmx = entry["who"].partition(" with ")
    if who == "stranger":
        readers[who].cookies.clear()
    writes = []

    def watch(execute, sql, params, many, context):
        writes.extend(re.findall(WRITES, sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        answer = readers[who].get(entry["path"], headers={"HX-Request": "true"} if with_htmx else {})
    request = {"path": entry["path"], "who": entry["who"]}
    has_tex = not answer.streaming and rb"{\em " in answer.content.replace(rb"\\", b"\\")
    return Walked(request, described(answer), writes, has_tex, _not_in_markdown(readers[who], entry["path"], answer))


def _not_in_markdown(reader: Reader, path: str, answer) -> set[str]:
    if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html") or FORMS.fullmatch(path):
        return set()
    main = re.sub(r"<aside.*?</aside>", "", answer.content.decode().partition("<main")[2], flags=re.DOTALL)
    links = set(LINKS.findall(main))
    if not links:
        return set()
    markdown = reader.get(path, headers={"Accept": "text/markdown"})
    if not markdown.headers["Content-Type"].startswith("text/markdown"):
        return links
    return links - {urlsplit(target).path for target in re.findall(r"<([^>]*)>", markdown.content.decode())}


def described(answer) -> dict:
    """What is recorded of an answer; what it does not have is left out."""
    content_type = answer.headers.get("Content-Type", "").split(";")[0]
    text = "" if answer.streaming or content_type.startswith("image/") else answer.content.decode()
    found = {
        "status": answer.status_code,
        "type": content_type,
        "to": answer.headers.get("Location") or answer.headers.get("HX-Redirect"),
        "file": answer.headers.get("Content-Disposition"),
        "title": json.loads(text).get("title") if content_type == "application/feed+json" else _first("title", text),
        "heading": _first("h1", text),
        "papers": " ".join(dict.fromkeys(re.findall(r"2509\.000(\d\d)", text))),
    }
    return {name: value for name, value in found.items() if value}


def _first(tag: str, text: str) -> str:
    """The text of the first element with this tag."""
    element = re.search(rf"<{tag}\b[^>]*>(.*?)</{tag}>", text, re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", "", element[1])).split()) if element else ""


def test_every_address_answers_as_it_was_recorded(walked):
    now = [row.request | row.answer for row in walked]
    if os.environ.get("RECORD"):
        now.sort(key=lambda entry: (entry["path"], entry["who"]))
        FILE.write_text("[\n" + ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in now) + "\n]\n")
        return
    assert [(was, is_now) for was, is_now in zip(RECORDED, now, strict=True) if was != is_now] == []


def test_no_get_request_writes_or_locks_a_row(walked):
    assert [(row.request, row.writes) for row in walked if row.writes] == []


def test_no_answer_has_tex_but_citations_the_api_and_the_form_of_the_admin(walked):
    with_tex = {row.request["path"] for row in walked if row.has_tex and not row.request["path"].startswith("/api/")}
    assert {path for path in with_tex if "bibtex" not in path} == {"/admin/papers/paper/9000001/change/"}


def test_every_page_that_lists_or_shows_papers_is_markdown_for_who_prefers_it(walked):
    assert [(row.request, row.not_in_markdown) for row in walked if row.not_in_markdown] == []


def test_every_address_of_the_site_is_recorded():
    recorded = set()
    for entry in RECORDED:
        with suppress(Resolver404):
            recorded.add(resolve(entry["path"].partition("?")[0]).route)
    assert {route for route in _routes(get_resolver()) if not OTHERS.match(route)} - recorded == set()


def _routes(resolver, before: str = ""):
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        yield from _routes(pattern, route) if hasattr(pattern, "url_patterns") else [route]
