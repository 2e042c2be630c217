"""Which form of a page a request gets, by its header Accept, also from the front door."""

import pytest
from django.http import HttpResponse
from hypothesis import given
from hypothesis import strategies as st

from lib.accept import prefers_markdown
from lib.front_door import FrontDoor
from tests.lib.test_front_door import PUBLIC, Site, ask

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
MARKDOWN = [
    *("text/markdown", "Text/Markdown", "text/markdown, text/html, */*", "text/markdown;q=0.9, text/html;q=0.8"),
    *("text/html;q=0.5, text/markdown", "text/markdown, */*", "text/plain, text/markdown", "text/markdown; q=0.1"),
    *("text/markdown;variant=CommonMark", "text/markdown; charset=utf-8; q=0.9, text/html;q=0.8"),
    *("text/markdown, */*;q=0.1", "text/html;q=0, text/markdown;q=0.001"),
]
HTML = [
    *("", "*/*", "text/*", "text/html", BROWSER, "application/json", "text/html, text/markdown", "text/markdown;q=0"),
    *(
        "text/markdown;q=0.5, */*",
        "text/markdown;q=0.8, text/html;q=0.9",
        "text/x-markdown",
        f"{BROWSER}, text/markdown",
    ),
    *("text/markdownish", ",;markdown;,"),
]


@pytest.mark.parametrize(("accept", "is_preferred"), [(a, True) for a in MARKDOWN] + [(a, False) for a in HTML])
def test_markdown_is_for_those_who_prefer_it(accept, is_preferred):
    assert prefers_markdown({"HTTP_ACCEPT": accept}) is is_preferred


@given(st.text(",;=/*q.01 \"'\\", max_size=30), st.text(max_size=10))
def test_any_header_can_be_read(before, after):
    assert prefers_markdown({"HTTP_ACCEPT": f"{before}text/markdown{after}"}) in (True, False)


def test_the_front_door_keeps_one_answer_for_each_form():
    def make(number):
        headers = {"Cache-Control": PUBLIC, "Vary": "Accept, Accept-Encoding"}
        return HttpResponse(str(number), headers=headers)

    door = FrontDoor(Site(make))
    got = [ask(door, HTTP_ACCEPT=accept)[0] for accept in [*HTML, *MARKDOWN, *HTML]]
    assert got == ["1"] * len(HTML) + ["2"] * len(MARKDOWN) + ["1"] * len(HTML)
