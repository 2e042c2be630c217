"""Every address answers as it did when it was recorded: status, type, target, titles, and which papers in what order.

`recorded_addresses.json` has one request a line. `RECORD=1 bin/test tests/test_recorded_addresses.py` writes the
answers anew; a request is added as a line with "path" and "who" alone.
"""

import json
import os
import re
from contextlib import suppress
from html import unescape
from pathlib import Path

import pytest
import time_machine
from django.urls import Resolver404, get_resolver, resolve

from tests import scene
from tests.conftest import Reader

FILE = Path(__file__).with_name("recorded_addresses.json")
RECORDED = json.loads(FILE.read_text())
# Of other packages, of which a few addresses are recorded.
OTHERS = re.compile(r"accounts/|admin/")


@pytest.fixture
def request_as(db, settings):
    """`request_as(who, path)` is the answer to a request by this person; a stranger brings no cookie."""
    settings.SECRET_KEY = scene.SECRET_KEY
    with time_machine.travel(scene.NOW, tick=False):
        readers = {who: Reader(user) for who, user in scene.people().items()}

        def request_as(who: str, path: str):
            name, _, with_htmx = who.partition(" with ")
            if name == "stranger":
                readers[name].cookies.clear()
            return readers[name].get(path, headers={"HX-Request": "true"} if with_htmx else {})

        yield request_as


def described(answer) -> dict:
    """What is recorded of an answer; what it does not have is left out."""
    text = "" if answer.streaming else answer.content.decode()
    content_type = answer.headers.get("Content-Type", "").split(";")[0]
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


def test_every_address_answers_as_it_was_recorded(request_as):
    now = [
        {"path": entry["path"], "who": entry["who"], **described(request_as(entry["who"], entry["path"]))}
        for entry in RECORDED
    ]
    if os.environ.get("RECORD"):
        now.sort(key=lambda entry: (entry["path"], entry["who"]))
        FILE.write_text("[\n" + ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in now) + "\n]\n")
        return
    assert [(was, is_now) for was, is_now in zip(RECORDED, now, strict=True) if was != is_now] == []


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
