"""arXiv's XML: Atom, the three formats of OAI-PMH, errors of both protocols, and what is refused."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from papers.ingest import arxiv, oai
from papers.ingest.problem import Note, Problem
from papers.ingest.record import PaperRecord
from papers.names import Details

DATA = Path(__file__).parents[4] / "shared" / "data"
OAI_PROBLEMS = {
    "mikesaelim_ErrorResponseBadArgument.xml": "badArgument",
    "mikesaelim_ErrorResponseBadResumptionToken.xml": "badResumptionToken",
    "mikesaelim_ErrorResponseBadVerb.xml": "badVerb",
    "mikesaelim_ErrorResponseIdDoesNotExist.xml": "idDoesNotExist",
}


def parse(text: str) -> list[PaperRecord | Problem]:
    return list(arxiv.parse(text.encode(), "a.xml"))


def files(folder: str) -> list:
    found = sorted((DATA / folder).glob("*.xml"))
    missing = pytest.mark.skip(reason=f"no {DATA / folder}")
    return [pytest.param(path, id=path.stem) for path in found] or [pytest.param(None, marks=missing)]


def atom(entry: str) -> str:
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">'
        f"<entry>{entry}</entry></feed>"
    )


def response(metadata: str, header: str = "<identifier>oai:arXiv.org:1302.2146</identifier>", status="") -> str:
    return (
        f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record><header{status}>{header}</header>'
        f"{metadata and f'<metadata>{metadata}</metadata>'}</record></ListRecords></OAI-PMH>"
    )


RAW = """<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>1302.2146</id>
<version version="v1"><date>Fri, 8 Feb 2013 21:00:01 GMT</date></version>
<version version="v2"><date>Tue, 2 Apr 2013 01:50:08 GMT</date></version>
<title>Raw as it
  comes</title><authors>A. Author (Institute (of X), Y), B. Author and C. Author</authors>
<categories>hep-ph hep-ex</categories><abstract>  Wrapped
at eighty.</abstract></arXivRaw>"""


def test_an_atom_entry():
    [record] = parse(
        atom(
            "<id>http://arxiv.org/abs/cs/0112017v3</id><title>Wrapped\n  title</title>"
            "<summary> An\nabstract. </summary>"
            "<published>2001-12-11T23:59:59Z</published><updated>2002-01-01T00:00:00Z</updated>"
            "<author><name>Ada Lovelace</name><arxiv:affiliation>X</arxiv:affiliation></author>"
            "<author><name>Grace Hopper</name></author>"
            '<category term="cs.AI"/><category term="cs.CL"/><arxiv:primary_category term="cs.CL"/>'
        )
    )
    assert record == PaperRecord(
        arxiv_id="cs/0112017",
        version=3,
        title="Wrapped title",
        abstract="An abstract.",
        authors=("Ada Lovelace", "Grace Hopper"),
        author_details=(Details(affiliation="X"), Details()),
        categories=("cs.CL", "cs.AI"),
        published_at=datetime(2001, 12, 11, 23, 59, 59, tzinfo=UTC),
        seems_withdrawn=False,
    )


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_atom_error(scheme):
    entry = f"<id>{scheme}://arxiv.org/api/errors#incorrect_id</id><title>Error</title><summary>incorrect id</summary>"
    assert parse(atom(entry)) == [Problem("a.xml", 1, "arXiv answered with an error: incorrect id")]


def test_an_entry_without_its_text_is_told():
    assert parse(atom("<id>http://arxiv.org/abs/2509.08721v1</id>")) == [Problem("a.xml", 1, "title is missing")]


def test_arxiv_raw():
    [record] = parse(response(RAW))
    assert record == PaperRecord(
        arxiv_id="1302.2146",
        version=2,
        title="Raw as it comes",
        abstract="Wrapped at eighty.",
        authors=("A. Author", "B. Author", "C. Author"),
        author_details=(Details(),) * 3,
        categories=("hep-ph", "hep-ex"),
        published_at=datetime(2013, 2, 8, 21, 0, 1, tzinfo=UTC),
        seems_withdrawn=False,
    )


def test_the_arxiv_format():
    [record] = parse(
        response(
            '<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>1302.2146</id><created>2013-02-08</created><authors>'
            "<author><keyname>King</keyname><forenames>Ada</forenames><suffix>Jr.</suffix>"
            "<affiliation>X</affiliation><affiliation>Y</affiliation></author>"
            "<author><keyname>The Collaboration</keyname></author></authors><title>T</title>"
            "<categories>math.CO</categories><abstract>A</abstract></arXiv>"
        )
    )
    assert record.authors == ("Ada King Jr.", "The Collaboration")
    assert record.author_details == (Details("King", "Ada", "Jr.", "X; Y"), Details("The Collaboration"))
    assert (record.published_at, record.version, record.categories) == (
        datetime(2013, 2, 8, tzinfo=UTC),
        None,
        ("math.CO",),
    )


def test_dublin_core_in_a_bare_record():
    [record] = parse(
        "<record><header><identifier>oai:arXiv.org:math/0306266</identifier></header><metadata>"
        '<dc:dc xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>T</dc:title>'
        "<dc:creator>King, Ada, Jr.</dc:creator><dc:creator>Collaboration</dc:creator>"
        r"<dc:creator>Author, J.\,M.</dc:creator>"
        "<dc:subject>Mathematics - Combinatorics</dc:subject>"
        "<dc:description>The abstract</dc:description><dc:description>Comment: 12 pages</dc:description>"
        "<dc:date>2003-06-18</dc:date><dc:date>2004-01-01</dc:date></dc:dc></metadata></record>"
    )
    assert (record.arxiv_id, record.abstract) == ("math/0306266", "The abstract")
    assert record.authors == ("Ada King Jr.", "Collaboration", "J. M. Author")
    assert record.author_details == (
        Details("King", "Ada", "Jr."),
        Details("Collaboration"),
        Details("Author", "J. M."),
    )
    assert (record.categories, record.published_at) == (None, datetime(2003, 6, 18, tzinfo=UTC))


@pytest.mark.parametrize(
    ("xml", "words"),
    [
        (response(""), "1302.2146 comes without metadata"),
        (response("<marc/>"), "the format “marc” is not one of arXiv, arXivRaw, dc"),
        (response(RAW, header=""), "arxiv_id: “” is not an arXiv id"),
        (response(RAW.replace("Fri, 8 Feb 2013", "soon")), "does not match format"),
        (response(RAW.replace("version version", "edition version").replace("</version", "</edition")), "no version"),
        ("<record/>", "the header is missing"),
    ],
)
def test_a_bad_oai_record_is_told(xml, words):
    [problem] = parse(xml)
    assert (problem.source, problem.position) == ("a.xml", 1)
    assert words in problem.reason


def test_a_deleted_oai_record_is_a_note():
    [note] = parse(response("", status=' status="deleted"'))
    assert note == Note("a.xml", 1, "1302.2146 was deleted at its source")


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("A. One", ["A. One"]),
        ("A. One, B. Two, and C. Three", ["A. One", "B. Two", "C. Three"]),
        ("A. One (1), B. Two (1 and 2) ((1) X, Y, (2) Z)", ["A. One", "B. Two"]),
        ("Martin King, Jr., Ada King III and B. Two, Sr", ["Martin King Jr.", "Ada King III", "B. Two Sr"]),
        ("The Collaboration: A. One, Andrea Anderson", ["The Collaboration", "A. One", "Andrea Anderson"]),
        ("A. One\n  and B. Two", ["A. One", "B. Two"]),
        (r"J.\,M. Author, A. One \& B. Two", ["J. M. Author", "A. One", "B. Two"]),
        (r"M. \"{U}ber$^{1,2}$, \c{C}. One\\ \and V.\;K. Le~Two$^*$", ["M. Über", "Ç. One", "V. K. Le Two"]),
        (r"A. One\thanks{X, Y} and R. Bl{\o}mer", ["A. One", "R. Blømer"]),
        (r"A. One\inst{1,2} and B. Two", [r"A. One\inst{1,2}", "B. Two"]),
        ("Jane Doe, Ph. D., J. Smith, 3rd and A. One, M.D.", ["Jane Doe Ph. D.", "J. Smith 3rd", "A. One M.D."]),
        ("A. One) (X, B. Two (Y)", ["A. One) (X", "B. Two"]),
        ("(" * 5000 + "A. One" + ")" * 5000 + "B. Two", ["B. Two"]),
        ("(", []),
        ("", []),
    ],
)
def test_a_line_of_authors_is_split(line, names):
    fields = {"arxiv_id": "1302.2146", "title": "T", "published_at": "2013-02-08"}
    assert list(PaperRecord.from_source(**fields, authors=oai.split_names(line)).authors or ()) == names


def test_a_line_of_authors_is_split_in_the_time_of_its_length():
    nested = "(" * 100_000 + ")" * 100_000
    assert oai.split_names(f"A{' ' * 200_000}B, C {nested}")[0] == "A B"


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><feed>&b;</feed>',
        '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]><feed>&x;</feed>',
        "<feed>" + "<a>" * 1000 + "</a>" * 1000 + "</feed>",
        "<feed><entry></feed>",
        "not XML",
        "",
    ],
)
def test_what_may_hurt_or_is_no_xml_is_refused(text):
    [problem] = parse(text)
    assert problem.position is None
    assert problem.reason.startswith("this is not XML that we read")


def test_other_xml_is_refused():
    assert parse("<rss/>") == [Problem("a.xml", None, "<rss> is neither an Atom feed nor an OAI-PMH answer")]


@pytest.mark.real_data
@pytest.mark.parametrize("path", files("arxiv_atom"))
def test_recorded_atom(path):
    data = path.read_bytes()
    items = list(arxiv.parse(data, path.name))
    assert len(items) == data.count(b"<entry>")
    for item in items:
        if b"/api/errors#" in data:
            assert item == Problem(path.name, 1, "arXiv answered with an error: incorrect id format for abc")
        else:
            assert all([item.version, item.categories, item.authors, item.abstract])


@pytest.mark.real_data
@pytest.mark.parametrize("path", files("oai_pmh"))
def test_recorded_oai_pmh(path):
    data = path.read_bytes()
    items = list(arxiv.parse(data, path.name))
    if path.name in OAI_PROBLEMS:
        [problem] = items
        assert problem.reason.startswith(f"arXiv answered {OAI_PROBLEMS[path.name]}: ")
    else:
        assert len(items) == data.count(b"</record>")
        assert all(item.abstract and item.authors for item in items)
