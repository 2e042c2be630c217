"""Names from a source to the page and the files: what it divides stays divided, and groups are one name."""

import json

import pytest

from papers.ingest.save import ImportCounts, save
from papers.models import Author, Paper
from papers.names import Details
from tests.papers.ingest.test_arxiv import response
from tests.papers.ingest.test_command import arxiv, hub
from tests.papers.ingest.test_save import record_of

pytestmark = pytest.mark.django_db
OAI = response(
    '<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>2509.08721</id><created>2025-09-10</created><authors>'
    "<author><keyname>García López</keyname><forenames>Ana</forenames><affiliation>X</affiliation></author>"
    "<author><keyname>Example</keyname><forenames>Paul</forenames><suffix>Jr.</suffix></author>"
    "<author><keyname>Collaboration</keyname><forenames>The LUX</forenames></author>"
    "<author><keyname>Company</keyname><forenames>Joan</forenames></author>"
    "<author><keyname>Garcia Marquez</keyname></author>"
    "</authors><title>A title</title><categories>cs.CL</categories><abstract>A</abstract></arXiv>",
    header="<identifier>oai:arXiv.org:2509.08721</identifier>",
)
NAMES = ["Ana García López", "Paul Example Jr.", "The LUX Collaboration", "Joan Company", "Garcia Marquez"]
BIBTEX = (
    "author = {García López, Ana and Example, Jr., Paul and {The LUX Collaboration} and Joan Company"
    " and {Garcia Marquez}}"
)


def test_from_the_source_to_the_page_and_the_files(tmp_path, stranger):
    oai_file, hub_file = tmp_path / "a.xml", tmp_path / "b.json"
    row = {"id": "2509.08721", "title": "A title", "summary": "A", "publishedAt": "2025-09-10T00:00:00.000Z"}
    oai_file.write_text(OAI)
    hub_file.write_text(json.dumps([{"paper": row | {"authors": [{"name": name} for name in NAMES]}}]))
    assert "1 new" in arxiv(oai_file).out
    assert "1 unchanged" in hub(hub_file).out
    page = stranger.get("/papers/2509.08721").content.decode()
    assert BIBTEX in page
    for name in ("García López, Ana", "Example, Paul, Jr.", "The LUX Collaboration", "Joan Company", "Garcia Marquez"):
        assert f'<meta name="citation_author" content="{name}">' in page
    assert page.count("citation_author_institution") == page.count('institution" content="X"') == 1
    files = {
        form: stranger.get(f"/papers?min_votes=0&export={form}").content.decode() for form in ("bibtex", "ris", "csl")
    }
    assert BIBTEX in files["bibtex"]
    assert "AU  - García López, Ana\nAU  - Example, Paul, Jr.\nAU  - The LUX Collaboration\n" in files["ris"]
    assert "AU  - Company, Joan\nAU  - Garcia Marquez\n" in files["ris"]
    assert json.loads(files["csl"])[0]["author"] == [
        {"family": "García López", "given": "Ana"},
        {"family": "Example", "given": "Paul", "suffix": "Jr."},
        {"literal": "The LUX Collaboration"},
        {"family": "Company", "given": "Joan"},
        {"family": "Garcia Marquez"},
    ]


def test_names_in_one_piece_leave_a_division_as_it_is():
    divided = record_of(authors=[("Ana García López", Details("García López", "Ana")), "Ada Lovelace"])
    located = record_of(authors=["Ana García López", ("Ada Lovelace", Details(affiliation="X"))])
    save([record_of(authors=["Ana García López", "Ada Lovelace"])])
    changed_at = Paper.objects.get().changed_at
    assert save([divided]) == ImportCounts(changed=1)
    assert save([located]) == ImportCounts(changed=1)
    for record in (divided, located, record_of(authors=["Ana García López", "Ada Lovelace"])):
        assert save([record]) == ImportCounts(unchanged=1)
    paper = Paper.objects.get()
    assert [author.details for author in paper.authors.all()] == [
        Details("García López", "Ana"),
        Details(affiliation="X"),
    ]
    assert (paper.changed_at, paper.revision, paper.entry.revision) == (changed_at, 2, 1)
    save([record_of(authors=["Grace Hopper", "Ana García López"])])
    assert list(Author.objects.values_list("name", "family")) == [
        ("Grace Hopper", ""),
        ("Ana García López", "García López"),
    ]


def test_names_lose_their_tex():
    record = record_of(authors=["Ada \\emph{Love}lace", ("X \\emph{Y}", Details("\\emph{Y}", "X"))])
    assert (record.authors, record.author_details[1]) == (("Ada Lovelace", "X Y"), Details("Y", "X"))
    assert record_of(organisation=("lab", "The \\emph{Lab}")).organisation == ("lab", "The Lab")
