"""A person's Markdown within a document of ours, as a reader of CommonMark that knows nothing of us reads it."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import fragment_fromstring
from markdown_it import MarkdownIt

from lib import commonmark
from lib.markup import markdown
from lib.rewriting import rewritten
from tests.attacks import CORPUS

READER = MarkdownIt("commonmark")
PIECES = st.sampled_from([attack for attack in CORPUS if len(attack) < 200])
SIGNS = st.text("<>[]()!*_`$\\&#;:/@-+=1.~\n \"'ab", max_size=9)
BLOCKS = st.sampled_from(["\n\n", "\n- ", "\n1. ", "\n> ", "\n# ", "\n```\n", "\n[a]: http://x.de\n", "[a]", "\n===\n"])
TEXTS = st.lists(PIECES | SIGNS | BLOCKS, max_size=8).map("".join)


def hrefs(html: str) -> set[str]:
    return set(fragment_fromstring(html, create_parent="div").xpath("//a/@href"))


def read(text: str) -> str:
    """The HTML that CommonMark makes of a quotation of the text, with a paragraph before and after it."""
    document = f"before [a]\n\n{commonmark.item(commonmark.quotation(rewritten(text)))}\n\n[a] *after*\n"
    return READER.render(document)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a *b* **c** `d`\ne", "a *b* **c** `d` e"),
        ("a  \nb", "a\\\nb"),
        ("# One\n\nTwo\n===", "One\n\nTwo"),
        ("- a\n  - b\n- c", "- a\n\n  - b\n\n- c"),
        ("3. a\n4. b", "3. a\n\n4. b"),
        ("> a\n> b", "> a b"),
        ("```py\nx = 1\n```", "```\nx = 1\n```"),
        ("[a]: http://evil.de\n\n[a] [b](https://b.de/?q=1)", "[a](<http://evil.de>) [b](<https://b.de/?q=1>)"),
        ("![a](http://tracker.de/a.png)", "\\![a](<http://tracker.de/a.png>)"),
        ("[a](javascript:alert(1)) <b>c</b>", "\\[a\\](javascript:alert(1)) \\<b>c\\</b>"),
        ("https://a.de/b_c, $x_i$ @ada", "<https://a.de/b_c>, $x_i$ @ada"),
        ("$[a](http://evil.de)$", "$[a] (http://evil.de)$"),
        ("&#35; a &lt;b&gt;", "\\# a \\<b>"),
        ("$$\nx\n- y\n$$", "$$x - y$$"),
        ("snake_case 0.5 (1). R&D a < b #1", "snake_case 0.5 (1). R&D a < b #1"),
        ("1986\\. A good year", "1986\\. A good year"),
        ("\\- a\n\n\\+ b\n\n\\> c", "\\- a\n\n\\+ b\n\n\\> c"),
        ("a  \n\\---\n\nb  \n\\===", "a\\\n\\---\n\nb\\\n\\==="),
    ],
)
def test_rewritten(text, written):
    assert rewritten(text) == written


@pytest.mark.parametrize("text", ["a " * 9000 + "\n\n- [b](http://b.de)", "[a](http://b.de) " * 900])
def test_a_text_that_takes_long_to_read_has_no_marks_and_no_links(text):
    html = READER.render(rewritten(text))
    assert set(re.findall("<(/?[a-z0-9]+)", html)) == {"p", "/p"}
    assert "(http://b.de)" in html


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_nothing_leaves_its_quotation(text):
    html = read(text)
    assert not re.search("<(?:h[1-6]|img|script|b)[ >]", html)
    before, after = html.split("<ul>", 1)[0], html.rsplit("</ul>", 1)[-1]
    assert (before, after) == ("<p>before [a]</p>\n", "\n<p>[a] <em>after</em></p>\n")
    assert html.count("<blockquote>") >= 1


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_it_has_no_links_but_those_of_the_page(text):
    assert hrefs(read(text)) <= hrefs(markdown(text))


@pytest.mark.parametrize("attack", CORPUS, ids=lambda attack: ascii(attack[:40]))
def test_no_attack_leaves_its_quotation(attack):
    test_nothing_leaves_its_quotation.hypothesis.inner_test(attack)
    test_it_has_no_links_but_those_of_the_page.hypothesis.inner_test(attack)
