import re
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as parser

from lib import tex
from lib.markup import MAX_LENGTH, MAX_MARKS, markdown, markdown_line, markdown_text, mentions
from tests.attacks import CORPUS

PROSE = {"p", "br", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr", "del"}
MATHS = {"math", "mrow", "mi", "mo", "mn", "mtext", "mspace", "msup", "msub", "msubsup", "mover", "munder"}
MATHS |= {"munderover", "mfrac", "msqrt", "mroot", "mtable", "mtr", "mtd", "mpadded", "mphantom"}
OF_MATHS = {"display", "displaystyle", "stretchy", "form", "lspace", "rspace", "accent", "accentunder", "mathvariant"}
OF_MATHS |= {"width", "linethickness", "scriptlevel", "minsize", "maxsize", "tabindex"}
SCHEMES = {"", "http", "https", "mailto"}
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ud800-\udfff]"
)
HEAP = re.compile("[\u0300-\u036f\u064b\u0e47\u20d0-\u20ff]{5}")

PIECES = st.sampled_from([attack for attack in CORPUS if len(attack) < 200])
TEXTS = st.lists(PIECES | st.text(max_size=9) | st.text("<>[]()!*_`$\\&#;:/@\n \"'=", max_size=9), max_size=6)


def read(html: str) -> parser.HtmlElement:
    """Returns the element around the HTML, after it was read between others, which it must not reach."""
    page = parser.document_fromstring(f"<main><div>{html}</div><h2>after</h2></main>")
    assert [element.tag for element in page.find("body/main")] == ["div", "h2"]
    return page.find("body/main/div")


def assert_harmless(html: str, tags: set[str] = PROSE) -> None:
    assert not UNSEEN.search(html)
    assert not HEAP.search(html)
    assert_known(html, tags)


def assert_known(html: str, tags: set[str]) -> None:
    for element in read(html).iterdescendants():
        assert element.tag in tags | MATHS, element.tag
        assert set(element.keys()) <= ({"href", "rel"} if element.tag == "a" else OF_MATHS)
        assert urlsplit(re.sub(r"[\x00-\x20]", "", element.get("href", ""))).scheme in SCHEMES
        assert element.get("tabindex", "0") == "0"


@pytest.mark.parametrize("attack", CORPUS, ids=lambda attack: ascii(attack[:40]))
def test_no_attack_reaches_the_page(attack):
    assert_harmless(markdown(attack, {"ada": "/people/ada"}))
    assert_harmless(markdown(attack, plain=True))
    assert_harmless(markdown_line(attack), {"a"})


@settings(max_examples=150, deadline=None)
@given(TEXTS.map("".join))
def test_no_mixture_of_attacks_reaches_the_page(text):
    assert_harmless(markdown(text, {"ada": "/people/ada"}))
    assert_harmless(markdown(text, plain=True))
    assert_harmless(markdown_line(text), {"a"})
    assert "\n" not in markdown_text(text)
    assert all(re.fullmatch(r"[a-z0-9_-]{1,39}", name) for name in mentions(text))


@pytest.mark.parametrize("attack", [attack for attack in CORPUS if attack.isprintable() and len(attack) < 5_000])
def test_no_attack_of_a_paper_reaches_the_page(attack):
    marks = {"em", "strong", "code", "sup", "sub"}
    assert_known(tex.line(tex.read(attack)), marks)
    assert_known(tex.paragraphs(tex.read(attack)), marks | {"p", "a"})
    assert_harmless(markdown(tex.markdown(attack)))


@pytest.mark.parametrize(
    "text",
    ["*a* " * (MAX_LENGTH // 4 + 1), "*" * (MAX_MARKS + 2) + "a", "**a** `b` $c$ " * MAX_MARKS],
)
def test_a_text_that_takes_long_to_read_is_shown_as_it_was_typed(text):
    html = markdown(text + "\nhttps://example.org/a_b_.\n\n<b>")
    assert read(html).text_content().split() == [*text.split(), "https://example.org/a_b_.", "<b>"]
    assert [element.tag for element in read(html).iterdescendants()] == ["p", "br", "a", "p"]
    assert read(html).find("p/a").get("href") == "https://example.org/a_b"
    assert markdown_text(text) == text.strip()
    assert mentions(f"@ada {text}") == set()


def test_ordinary_markdown_of_ten_thousand_characters_is_read():
    piece = "We ran **their** code: $O(n^2)$ steps of [the paper](https://example.org), see `train.py`.\n\n"
    piece += "- $x_i$\n- no\n\n"
    html = markdown((piece * 100)[:10_000])
    assert html.count("<msup>") > 85
    assert html.count("<li>") > 170


@pytest.mark.parametrize("definition", [r"\def\a{x}\a", r"\newcommand{\a}{x}\a", r"\let\a x\a", r"\gdef\a{x}\a"])
def test_a_formula_that_defines_commands_is_shown_as_its_source(definition):
    assert markdown(f"${definition}$") == f"<p><code>{definition}</code></p>\n"
    assert tex.line(tex.read(f"${definition}$")) == f"<code>${definition}$</code>"
