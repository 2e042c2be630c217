"""Papers and comments as Markdown, as a reader of CommonMark that knows nothing of us reads them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import fragment_fromstring
from markdown_it import MarkdownIt

from lib import tex
from lib.storable import is_storable
from lib.text import one_line
from papers.models import CodeState, Reproduction
from papers.models.links import LinkSource
from papers.names import Details
from papers.paper.markdown import blocks, entry
from papers.paper.summary import Summary
from tests.attacks import CORPUS

SIGNS = st.text("<>[]()!*_`$\\&#;:/@-+=1.~{}^ \"'ab", max_size=12)
ATTACKS = [attack for attack in CORPUS if is_storable(attack) and len(attack) < 2_000]
PIECES = st.sampled_from([attack for attack in ATTACKS if len(attack) < 200])
SPECIAL = st.sampled_from(
    ["\n# ", "\n\n- ", "$x<a>$", "[a]: http://x.de", "](http://x.de)", "\\textbf{", "}", "`", "|a|"]
)
TEXTS = st.lists(PIECES | SIGNS | SPECIAL, max_size=6).map("".join)
NOON = datetime(2025, 9, 10, 12, tzinfo=UTC)
PAPER = Summary(
    pk=1,
    arxiv_id="2509.08721",
    version=1,
    title="Title",
    abstract="Abstract.",
    authors=("Ada",),
    author_details=(Details("", "", "", ""),),
    author_count=1,
    organisation="Lab",
    badge=None,
    organisations=("Lab",),
    categories=("cs.CL",),
    keywords=(),
    vote_count=3,
    imported_votes=0,
    comment_count=2,
    imported_comments=0,
    reproduction=Reproduction(0, 0, 0),
    code_url="",
    code_state=CodeState.UNKNOWN,
    code_licence="",
    code_stars=None,
    code_source=LinkSource.IMPORT,
    project_url="",
    media_urls=(),
    is_listed=True,
    published_at=NOON,
    listed_at=NOON,
    changed_at=NOON,
    withdrawn_at=None,
    submitter_id=None,
    note="",
)
OURS = {
    "http://127.0.0.1:8000/papers/2509.08721",
    "https://arxiv.org/abs/2509.08721",
    "https://arxiv.org/pdf/2509.08721",
}


def read(text: str):
    return fragment_fromstring(MarkdownIt("commonmark").render(text), create_parent="div")


def outline(element) -> list[str]:
    """The names of the elements that are blocks, in their order."""
    return [child.tag for child in element.iter("h1", "h2", "h3", "ul", "ol", "blockquote", "pre", "hr", "img")]


def test_an_entry():
    paper = replace(PAPER, title=r"A_b $x_i$ \emph{c}", note="*good*", keywords=("deep nets",), withdrawn_at=NOON)
    assert entry(paper, reason="You follow cs.CL").split("\n") == [
        *("## A_b $x_i$ *c*", "", "- Page: <http://127.0.0.1:8000/papers/2509.08721>", "- arXiv: 2509.08721"),
        *("- Authors: Ada", "- Organisations: Lab", "- Dates (UTC): published 2025-09-10, listed 2025-09-10"),
        *("- Upvotes: 3", "- Comments: 2"),
        "- Links: [arXiv](<https://arxiv.org/abs/2509.08721>), [PDF](<https://arxiv.org/pdf/2509.08721>)",
        *("- Topics: cs.CL, deep nets", "- Status: This paper was withdrawn.", "- In this list: You follow cs.CL"),
        *("- Note:", "", "  > *good*", "", "Abstract."),
    ]


@given(TEXTS, TEXTS, TEXTS)
def test_no_text_of_a_paper_makes_a_heading_a_list_or_a_link(title, name, topic):
    paper = replace(PAPER, title=title.replace("\\href", ""), authors=(name,), organisations=(name,), keywords=(topic,))
    page = read(blocks([entry(paper, reason=topic), "End"]))
    assert outline(page) == ["h2", "ul"]
    assert set(page.xpath("//@href")) <= OURS | set(read(tex.markdown_line(title)).xpath("//@href"))
    items = [one_line(item.text_content()) for item in page.iter("li")]
    assert not one_line(name) or one_line(f"Authors: {paper.byline(10)}") in items
    assert page[-1].text_content() == "End"


@given(TEXTS)
def test_no_abstract_makes_anything_but_paragraphs(abstract):
    page = read(entry(replace(PAPER, abstract=abstract)))
    assert outline(page) == ["h2", "ul"]
    own = {url for document in tex.read(abstract) for url in links_in(document)}
    assert set(page.xpath("//@href")) - OURS <= own


def links_in(nodes) -> set[str]:
    """The addresses of the links that a text with TeX has."""
    found = set()
    for node in nodes:
        found |= {node.url} if hasattr(node, "url") else set()
        found |= links_in(getattr(node, "children", ()))
    return found


@given(TEXTS)
def test_no_note_leaves_its_place(note):
    page = read(blocks([entry(replace(PAPER, note=note)), "End"]))
    assert [child.tag for child in page][:2] == ["h2", "ul"]
    assert [child.tag for child in page][2:] == ["p", "p"]
    assert (page[-2].text_content(), page[-1].text_content()) == ("Abstract.", "End")


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: ascii(attack[:40]))
def test_no_attack_changes_the_structure(attack):
    test_no_text_of_a_paper_makes_a_heading_a_list_or_a_link.hypothesis.inner_test(attack, attack, attack)
    test_no_abstract_makes_anything_but_paragraphs.hypothesis.inner_test(attack)
    test_no_note_leaves_its_place.hypothesis.inner_test(attack)
