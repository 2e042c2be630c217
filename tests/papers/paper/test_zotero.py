"""What Zotero saves from the site's pages, read as its translators “Embedded Metadata” and “COinS” read them."""

import re
from urllib.parse import parse_qs

import pytest
from lxml.html import document_fromstring

from tests.factories import PaperFactory

FIELDS = {
    "citation_title": "title",
    "citation_publication_date": "date",
    "citation_doi": "DOI",
    "citation_abstract": "abstract",
    "citation_abstract_html_url": "url",
    "citation_pdf_url": "pdf",
    "citation_arxiv_id": "arxiv",
}


def contents(page, name: str) -> list[str]:
    """The contents of the elements whose name ends so; Zotero joins those of one field by commas."""
    return [meta.get("content") for meta in page.xpath("/html/head/meta[@name]") if meta.get("name").endswith(name)]


def creators(page) -> list[str]:
    """Names, divided at semicolons, and at a comma between two names of several words."""
    found = []
    for text in contents(page, "citation_author"):
        names = re.split(r"\s*;\s*", text)
        by_comma = re.split(r"\s*,\s*", text)
        if len(names) == 1 and len(by_comma) > 1 and " " in by_comma[0] and " " in by_comma[1]:
            names = by_comma
        found += names
    return found


def embedded(html: str) -> dict:
    page = document_fromstring(html)
    item = {field: ", ".join(contents(page, name)) for name, field in FIELDS.items()}
    tags = [tag.strip() for text in contents(page, "citation_keywords") for tag in text.split(";") if tag.strip()]
    return item | {"creators": creators(page), "tags": tags}


def test_a_papers_page_is_saved_with_all_that_zotero_reads(db, stranger):
    PaperFactory(
        arxiv_id="2509.08721",
        title='On $x^2$, "quoted" & more',
        abstract="One.\n\nTwo <b>.",
        authors=["Ada Lovelace", "José Núñez"],
        categories=["cs.CL", "math.AG"],
        keywords=["R&D"],
    )
    assert embedded(stranger.get("/papers/2509.08721").content.decode()) == {
        "title": 'On x^2, "quoted" & more',
        "date": "2025/09/10",
        "DOI": "10.48550/arXiv.2509.08721",
        "abstract": "One. Two <b>.",
        "url": "https://arxiv.org/abs/2509.08721",
        "pdf": "https://arxiv.org/pdf/2509.08721",
        "arxiv": "2509.08721",
        "creators": ["Ada Lovelace", "José Núñez"],
        "tags": ["cs.CL", "math.AG", "R&D"],
    }


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("Ada Lovelace", "Ada Lovelace"),
        ("Ludwig van Beethoven", "van Beethoven, Ludwig"),
        ("Juan María de la Cruz", "Juan María de la Cruz"),
        ("Martin Luther King, Jr.", None),
        ("The ATLAS Collaboration", "The ATLAS Collaboration"),
    ],
)
def test_every_author_is_one_creator(name, saved, db, stranger):
    PaperFactory(arxiv_id="2509.08721", authors=[name, "Grace Hopper"])
    found = embedded(stranger.get("/papers/2509.08721").content.decode())["creators"]
    assert (len(found), found[-1]) == (2, "Grace Hopper")
    assert saved in (None, found[0])


def coins(html: str) -> list[dict]:
    """The context objects of a page: Zotero reads the title of each span of the class, also of several classes."""
    spans = document_fromstring(html).xpath("//span[contains(concat(' ', @class, ' '), ' Z3988 ')][@title]")
    return [parse_qs(span.get("title"), strict_parsing=True) for span in spans]


@pytest.mark.parametrize("path", ["/papers/date/2025-09-10", "/papers/trending", "/orgs/lab", "/papers?q=paper"])
def test_zotero_offers_the_papers_of_a_list(path, lab, stranger):
    for arxiv_id in ("2509.00001", "hep-th/9901001"):
        PaperFactory(arxiv_id=arxiv_id, organisation=lab)
    found = coins(stranger.get(path).content.decode())
    assert {item["ctx_ver"][0] for item in found} == {"Z39.88-2004"}
    assert {item["rft_val_fmt"][0] for item in found} == {"info:ofi/fmt:kev:mtx:dc"}
    dois = {item["rft_id"][0].removeprefix("info:doi/") for item in found}
    assert dois == {"10.48550/arXiv.2509.00001", "10.48550/arXiv.hep-th/9901001"}


def test_a_papers_page_has_no_context_objects(paper, stranger):
    """Zotero would prefer them to the elements that name the PDF."""
    assert coins(stranger.get(f"/papers/{paper.arxiv_id}").content.decode()) == []
