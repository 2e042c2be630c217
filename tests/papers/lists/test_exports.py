"""Lists as files: parsers read them back, whatever titles and names contain."""

import csv
import io
import json
import re
from dataclasses import replace

import bibtexparser
import pytest
import rispy
from bibtexparser.bparser import BibTexParser
from hypothesis import example, given
from hypothesis import strategies as st

from lib import tex
from lib.text import one_line
from papers.lists.exports import csv_text
from papers.lists.list import EXPORT_LIMIT
from papers.models import Author, Bookmark, Paper
from papers.paper import citation
from papers.paper.summary import summarise
from tests.factories import NOON, PaperFactory
from tests.papers.lists.test_lists import titles

PLAIN_TITLE = "R&D on one half: x_1 < 1/2"
NAMES = [
    "Ada Lovelace",
    "Guy Van den Broeck",
    "Aäron van den Oord",
    "Paul Example Jr.",
    "Kimi Team, Moonshot",
    "DeepSeek-AI",
    "Plato",
    "高橋 みなみ",
    "Chip and Dale",
    "R&D_lead Núñez",
]


def exported(reader, path: str) -> str:
    answer = reader.get(path)
    assert answer.status_code == 200, answer.content.decode()
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    return answer.content.decode()


def read_bibtex(text: str) -> list[dict]:
    return bibtexparser.loads(text, BibTexParser(common_strings=False)).entries


@pytest.fixture
def two_papers(lab):
    return [
        PaperFactory(
            arxiv_id="2509.00001",
            title="R&D on one half: $x_1 < \\frac{1}{2}$",
            abstract="First line.\nER  - not the end",
            authors=NAMES,
            categories=["cs.CL", "cs.LG"],
            keywords=["Deep learning"],
            organisation=lab,
            imported_votes=3,
            works_count=4,
            partly_count=1,
            fails_count=2,
        ),
        PaperFactory(arxiv_id="hep-th/9901001", title="=1+1", abstract="", authors=[], imported_votes=2),
    ]


def test_bibtex_is_read_back(two_papers, stranger):
    first, second = read_bibtex(exported(stranger, "/papers?min_votes=0&export=bibtex"))
    assert first["title"] == f"{{{tex.latex(two_papers[0].title)}}}"
    assert first["author"].split(" and ") == [
        "Ada Lovelace",
        "Van den Broeck, Guy",
        "van den Oord, Aäron",
        "Example, Jr., Paul",
        "{Kimi Team, Moonshot}",
        "{DeepSeek-AI}",
        "Plato",
        "{高橋 みなみ}",
        *("{Chip", "Dale}"),
        r"{R\&D\_lead Núñez}",
    ]
    assert (first["ID"], first["eprint"], first["primaryclass"]) == ("lovelace2025half", "2509.00001", "cs.CL")
    assert (second["title"], second["eprint"], "author" in second) == ("{=1+1}", "hep-th/9901001", False)


def test_ris_is_read_back(two_papers, stranger):
    first, second = rispy.loads(exported(stranger, "/papers?min_votes=0&export=ris"))
    assert first["authors"] == [
        "Lovelace, Ada",
        "Van den Broeck, Guy",
        "van den Oord, Aäron",
        "Example, Paul, Jr.",
        "Kimi Team Moonshot",
        "DeepSeek-AI",
        "Plato",
        "高橋 みなみ",
        "Chip and Dale",
        "R&D_lead Núñez",
    ]
    assert (first["title"], first["abstract"]) == (PLAIN_TITLE, "First line. ER - not the end")
    assert (first["year"], first["doi"]) == ("2025", "10.48550/arXiv.2509.00001")
    assert first["keywords"] == ["cs.CL", "cs.LG", "Deep learning"]
    assert (second["title"], second["urls"]) == ("=1+1", ["https://arxiv.org/abs/hep-th/9901001"])


def test_csl_is_read_back(two_papers, stranger):
    first, second = json.loads(exported(stranger, "/papers?min_votes=0&export=csl"))
    assert first["author"][:5] == [
        {"family": "Lovelace", "given": "Ada"},
        {"family": "Van den Broeck", "given": "Guy"},
        {"family": "Oord", "given": "Aäron", "non-dropping-particle": "van den"},
        {"family": "Example", "given": "Paul", "suffix": "Jr."},
        {"literal": "Kimi Team, Moonshot"},
    ]
    assert (first["title"], first["issued"]) == (PLAIN_TITLE, {"date-parts": [[2025, 9, 10]]})
    assert (second["id"], second["author"]) == ("hep-th/9901001", [])


def test_csv_is_read_back_and_holds_no_formula(two_papers, stranger):
    first, second = csv.DictReader(io.StringIO(exported(stranger, "/papers?min_votes=0&export=csv").lstrip("\ufeff")))
    assert first["authors"] == "; ".join(NAMES)
    assert (first["title"], first["organisation"], first["upvotes"]) == (PLAIN_TITLE, "The Lab", "3")
    assert (first["reproduced"], first["partly_reproduced"], first["not_reproduced"]) == ("4", "1", "2")
    assert (second["title"], second["reproduced"]) == ("'=1+1", "0")


@pytest.mark.parametrize(
    "text",
    [
        *("-Net: a survey", "- 5 dB is enough", "-Net is enough!", "−1 norm", "+1 to this", "@home learning"),
        *("- 1 (x)", "-title (a)", "-Net (a survey of 3 kinds)", "-(a) title", "+ or - (which?)", "- a|b -", "-A1"),
        *("-O(n) is enough", '-Net (a) and (b): a "survey"'),
    ],
)
def test_csv_keeps_a_text_that_begins_with_a_sign(text):
    assert _first_cell(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("=A1", "＝1", "\t=A1", "\r=A1", "@SUM(1+1)", "@SUM (1+1)", "-2+3+cmd|' /C calc'!A0", "-cmd|'/C calc'! A0"),
        *("+Sheet2!A1", "-HYPERLINK(A1)", "- 1 + WEBSERVICE(A1)", "－ＨＹＰＥＲＬＩＮＫ（Ａ１）", "-a _xlfn.image(x)"),
        *('-HYPERLINK ("https://example.org")', "-webservice (A1)", "+WEBSERVICE ($b$2)", "-IMAGE (A:A)"),
        *("-HYPERLINK (BASE (1234567, 36))", "-(HYPERLINK (A1))", "-IMAGE (R[-1]C)"),
    ],
)
def test_csv_holds_no_formula(text):
    assert _first_cell(text) == f"'{text}"


def _first_cell(text: str) -> str:
    rows = list(csv.reader(io.StringIO(csv_text(["a"], [[text]]).removeprefix("\ufeff"), newline="")))
    return rows[1][0]


PIECES = "$ $x$ $x{$ { } \\ & % # _ ~ ^ @ , and \" ' é 東京 \\{ --"
pieces = st.sampled_from(PIECES.split(" ")) | st.text(st.characters(codec="utf-8"), max_size=6)
texts = st.lists(pieces, min_size=1, max_size=9).map(lambda words: one_line(" ".join(words)) or "x")


@given(texts, st.lists(texts.filter(lambda text: any(map(str.isalnum, text))), max_size=4))
@example("${$ } {", ["{x", "and", "x}", "A and"])
def test_any_title_and_names_are_read_back(title, names):
    paper = Paper(arxiv_id="2509.00001", title=title, abstract=title, published_at=NOON)
    summary = replace(summarise(paper, [Author(name=name) for name in names]), note=title)
    [entry] = read_bibtex(citation.bibtex(summary))
    assert (entry["eprint"], "note" in entry) == ("2509.00001", bool(tex.latex(title)))
    assert len(_names(entry)) == len(names)
    [record] = rispy.loads(citation.ris(summary))
    assert (record["title"], record["doi"]) == (one_line(summary.plain_title), "10.48550/arXiv.2509.00001")
    assert len(record.get("authors", [])) == len(names)
    assert re.fullmatch("[a-z0-9]+", citation.key(summary))


def _names(entry: dict) -> list[str]:
    """Divided where BibTeX divides: at an `and` outside of braces."""
    names, depth = [[]] if "author" in entry else [], 0
    for word in entry.get("author", "").split():
        if word.lower() == "and" and depth == 0:
            names.append([])
        else:
            names[-1].append(word)
        depth += word.count("{") - word.count("}")
    return [" ".join(name) for name in names]


def test_keys_are_unique_in_a_file(db, stranger):
    for _ in range(3):
        PaperFactory(title="The survey", authors=["Ada Lovelace"])
    keys = [entry["ID"] for entry in read_bibtex(exported(stranger, "/papers?q=survey&by=words&export=bibtex"))]
    assert sorted(keys) == ["lovelace2025survey", "lovelace2025survey-2", "lovelace2025survey-3"]


@pytest.mark.parametrize(
    "path",
    ["/papers/date/2025-09-10", "/papers/month/2025-09?sort=newest", "/papers/trending", "/orgs/lab", "/?sort=newest"],
)
def test_a_file_has_the_list_in_its_order_and_beyond_its_first_page(lab, stranger, path):
    for n in range(35):
        PaperFactory(title=f"Number {n}", organisation=lab, imported_votes=n % 7)
    page_titles = titles(stranger.get(path))
    rows = list(csv.DictReader(io.StringIO(exported(stranger, f"{path}{'&' if '?' in path else '?'}export=csv"))))
    assert len(rows) == 35
    assert [row["title"] for row in rows[:30]] == page_titles


def test_bookmarks_are_exported_to_who_has_them(alice, signed_in, stranger, paper):
    PaperFactory()
    Bookmark.objects.make(alice, paper)
    answer = signed_in(alice).get("/bookmarks?export=bibtex")
    assert [entry["eprint"] for entry in read_bibtex(answer.content.decode())] == [paper.arxiv_id]
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert stranger.get("/bookmarks?export=bibtex").url.startswith("/accounts/login/")


@pytest.mark.parametrize("rows", [1, 30])
def test_statements_do_not_grow_with_rows(db, stranger, django_assert_num_queries, rows):
    PaperFactory.create_batch(rows)
    with django_assert_num_queries(3):
        assert exported(stranger, "/papers/trending?export=ris").count("TY  - ") == rows


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("export=docx", "Unknown format “docx”. Choose one of: bibtex, ris, csl, csv."),
        ("export=csv&min_votes=many", "Nothing was exported, because a filter of this list can't be read."),
    ],
)
def test_what_cannot_be_exported_is_said(paper, stranger, query, words):
    answer = stranger.get(f"/papers?{query}")
    assert answer.status_code == 400
    assert words in answer.content.decode().replace("&#x27;", "'")


def test_a_list_of_several_pages_says_how_many_papers_a_file_has(db, stranger):
    PaperFactory.create_batch(30)
    PaperFactory(imported_votes=1)
    assert f"Up to {EXPORT_LIMIT:,} papers" in stranger.get("/papers/trending").content.decode()
    assert "Up to" not in stranger.get("/papers/trending?min_votes=1").content.decode()


def test_a_list_offers_its_files(paper, stranger):
    page = stranger.get("/papers?q=paper&sort=newest").content.decode()
    for form in ("bibtex", "ris", "csl", "csv"):
        assert f'href="?q=paper&amp;sort=newest&amp;export={form}"' in page
    assert "export=" not in stranger.get("/papers?q=xqzkwv&by=words").content.decode()
