"""Which words are highlighted in cards, and that highlighting never turns text into markup."""

import re
from unicodedata import normalize

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import html

from lib.words import bare
from papers.lists.cards import Card, render_card
from papers.models import Paper
from papers.search.highlight import Highlighter
from tests.factories import NOON, PaperFactory
from tests.papers.search import library as sample_papers

MARKED = {
    # {question: (title, its marked words)}
    "stems": {
        "learning": ("Learning to learn from learned words", ["Learning", "learn", "learned"]),
        "used": ("Using uses of use", ["Using", "uses", "use"]),
        "tries": ("Try trying", ["Try", "trying"]),
        "AI": ("AIs and AI", ["AIs", "AI"]),
    },
    "beginnings": {"transf": ("Transformers transform a transfer, plainly", ["Transformers", "transform", "transfer"])},
    "accents": {"godel": ("Gödel, Godel, GÖDEL", ["Gödel", "Godel", "GÖDEL"]), "gödel": ("Godel", ["Godel"])},
    "combining accents": {
        "gödels": ("Go\u0308del’s Gode\u0301", ["Go\u0308del’s"]),
        "gode": ("Go\u0308de\u0301 gode", ["Go\u0308de\u0301", "gode"]),
        "go": ("Go, Go\u0308del", ["Go"]),
    },
    "letters of all alphabets": {
        "strasse": ("Die Straße", ["Straße"]),
        "γλωσσα": ("Ελληνική γλώσσα", ["γλώσσα"]),
        "эйлер": ("Эйлер и другие", ["Эйлер"]),
        "東京": ("東京 models", ["東京"]),
    },
    "joined words": {
        "agents": ("Models—agents, “agents” and multi-agents", ["agents", "agents", "agents"]),
        "text": ("A plain_text and/or text.Then", ["text", "text"]),
        "state-of-the-art": ("State of art", ["State", "art"]),
    },
    "numbers": {
        "gpt 4": ("GPT-4 has 40", ["GPT", "4"]),
        "gpt-4.5": ("GPT-4.5. 4 5", ["GPT", "4.5"]),
        "gpt4": ("GPT4", ["GPT", "4"]),
        "qwen2.5-7b": ("Qwen2.5 with 7B, not 1.5B", ["Qwen", "2.5", "7B"]),
        "qwen 1.5b": ("Qwen-1.5B", ["Qwen", "1.5", "B"]),
        "3d": ("3D by 4o", ["3D"]),
    },
    "apostrophes": {
        "newton's": ("Newton's 'Newton'", ["Newton's", "Newton"]),
        "newton": ("Newton’s method", ["Newton’s"]),
        "o’brien": ("O'Brien", ["O'Brien"]),
    },
    "words of phrases": {'"chain of thought" x': ("Chain of thought, of which a chain", ["Chain", "thought", "chain"])},
    "the right word for a misspelt one": {"tumuors": ("Tumours", ["Tumours"])},
    "nothing that is not wanted": {"graph -survey": ("Graph", ["Graph"]), "chain OR -of": ("Chain of", ["Chain"])},
}


def marks(html: str) -> list[str]:
    return re.findall("<mark>(.*?)</mark>", html)


def card_html(reader, question: str, **text) -> str:
    """The row of a paper with this text, as a search by these words shows it."""
    paper = PaperFactory(**text)
    sample_papers.index()
    page = reader.get("/papers", {"q": question, "by": "words"}).content.decode()
    return re.search(rf'<li class="card" id="paper-{paper.pk}".*?</li>', page, re.DOTALL)[0]


@pytest.mark.parametrize("examples", MARKED.values(), ids=MARKED)
def test_marked_are(settings, db, stranger, examples):
    settings.EMBEDDING = "none"
    for question, (title, words) in examples.items():
        row = card_html(stranger, question, title=title, abstract=f"{title} indeed")
        in_title = [normalize("NFC", word) for word in words]  # as titles are kept
        assert marks(row) == in_title + words, question


@pytest.mark.parametrize(
    ("title", "question", "as_html"),
    [
        (
            "<script>alert(1)</script>",
            "script alert",
            "&lt;<mark>script</mark>&gt;<mark>alert</mark>(1)&lt;/<mark>script</mark>&gt;",
        ),
        ("<mark>mark</mark>", "mark", "&lt;<mark>mark</mark>&gt;<mark>mark</mark>&lt;/<mark>mark</mark>&gt;"),
        ("R&D & amp; lt < gt", "amp lt gt", "R&amp;D &amp; <mark>amp</mark>; <mark>lt</mark> &lt; <mark>gt</mark>"),
        ("&amp; &#x61;mp &lt;", "amp x61", "&amp;<mark>amp</mark>; &amp;#<mark>x61</mark>;mp &amp;lt;"),
        ("A href papers class span", "href papers class span", None),
        (r"\emph{em} strong", "em strong", "<em><mark>em</mark></em> <mark>strong</mark>"),
    ],
)
def test_markup_in_a_text_stays_text(settings, db, stranger, title, question, as_html):
    settings.EMBEDDING = "none"
    row = card_html(stranger, question, title=title)
    assert as_html is None or as_html in row


def test_formulas_and_attributes_are_left_alone(settings, db, stranger):
    settings.EMBEDDING = "none"
    title = r"Bounds $\text{bounds} < x$ on x, math, mi, href, papers, class"
    row = card_html(stranger, "bounds x math mi href papers class", title=title, abstract="")
    assert marks(row) == ["Bounds", "x", "math", "mi", "href", "papers", "class"]
    assert "<mtext>bounds</mtext><mo>&lt;</mo><mi>x</mi>" in re.search("<math>.*?</math>", row)[0]
    assert '<h2><a href="/papers/' in row


LONG = "Nothing of interest is said here. " * 8


@pytest.mark.parametrize(
    ("abstract", "earlier"),
    [
        (f"{LONG}Then a graph. And a graph.", LONG),
        (f"A graph. {LONG}Then a graph.", ""),
        (f"{LONG[:-2]}, at last a graph.", LONG[: -len("Nothing of interest is said here. ")]),
        ("No full stop, " * 20 + "graph", ""),
        (rf"{LONG}Of $x. y$ and \emph{{one. Then}} a graph.", LONG),
        (rf"\emph{{{LONG}}}. Then a graph.", f"<em>{LONG}</em>. "),
        (rf"\emph{{{LONG}Then a graph.}}", ""),
        (f"{LONG}R&D vs. graph?", f"{LONG}R&amp;D vs. "),
        (LONG, ""),
    ],
)
def test_an_abstract_begins_with_the_sentence_of_its_first_mark(abstract, earlier):
    marked = card("Title", abstract).fill(highlighter=Highlighter(frozenset({"graph"}), ""))
    assert "".join(re.findall('<span class="earlier">(.*?)</span>', marked)) == earlier


# --- for any text


def card(title: str, abstract: str) -> Card:
    paper = Paper(pk=1, arxiv_id="2509.00001", title=title, abstract=abstract, published_at=NOON)
    paper.voted = paper.saved = paper.seen = paper.dismissed = False
    return render_card(paper)


def whole(card: str) -> str:
    """Without the bounds of what is set apart."""
    return re.sub('<span class="earlier">(.*?)</span>', r"\1", card, flags=re.DOTALL)


def tags(card: str) -> list:
    return [(node.tag, dict(node.attrib)) for node in html.fromstring(card).iter() if node.tag != "mark"]


PIECES = "<script> </h2> <mark> & &amp; &#60; &lt; $x<y$ $$\\alpha$$ $ \\emph{a} \" ' ’ — Gödel Go\u0308del mi mark amp"
WORDS = "script h2 p a mark amp lt 60 math mi mo x y alpha em godel go href class div span abstract"
pieces, words = st.sampled_from(PIECES.split(" ")), st.sampled_from(WORDS.split(" "))
texts = st.lists(pieces | st.just(" ") | st.text(max_size=6), max_size=15).map("".join)
abstracts = texts | st.lists(texts, min_size=9, max_size=40).map(". ".join)


@given(
    title=texts, abstract=abstracts, lexemes=st.frozensets(words, max_size=9), prefix=st.sampled_from(["", "mar", "go"])
)
@example("<mark></mark>", "a</p><p>mark", frozenset({"mark", "p"}), "mar")
def test_without_its_marks_a_row_is_what_it_was(title, abstract, lexemes, prefix):
    row = card(title, abstract)
    before = row.fill()
    lexemes |= {word for word in bare(abstract).split() if len(word) % 2}
    after = row.fill(highlighter=Highlighter(lexemes, prefix))
    assert re.sub("</?mark>", "", whole(after)) == re.sub("</?mark>", "", before) == before
    assert tags(whole(after)) == tags(before)


def test_an_abstract_begins_with_the_paragraph_of_its_first_mark():
    marked = card("Title", f"First.\n\nSecond, a graph.\n\nThird. {LONG}").fill(
        highlighter=Highlighter(frozenset({"graph"}), "")
    )
    assert re.findall("<p[^>]*>[^<]{6}", marked)[-3:] == ['<p class="earlier">First.', "<p>Second", "<p>Third."]
