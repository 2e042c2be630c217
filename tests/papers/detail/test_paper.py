"""A paper's page: addresses, authors, maths, citation, standing."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest

from papers.models import Vote
from papers.paper import citation
from papers.paper.summary import summarise
from tests.factories import NOON, OrganisationFactory, PaperFactory, UserFactory


def html(reader, path="/papers/2509.08721"):
    return reader.get(path).content.decode()


@pytest.mark.parametrize("path", ["/papers/2509.08721", "/papers/2509.08721v3"])
def test_with_and_without_a_version(paper, stranger, path):
    assert f"<h1>{paper.title}</h1>" in html(stranger, path)


@pytest.mark.parametrize("old", ["hep-th/9901001", "math/0309136", "cond-mat/0211034"])
def test_old_style_ids(db, stranger, old):
    PaperFactory(arxiv_id=old, title="An old one")
    for path in (f"/papers/{old}", f"/papers/{old}v2"):
        assert "<h1>An old one</h1>" in html(stranger, path)


def test_a_subject_class_is_no_part_of_an_old_id(db, stranger):
    PaperFactory(arxiv_id="math/0309136", title="An old one")
    assert "<h1>An old one</h1>" in html(stranger, "/papers/math.GT/0309136v1")


def test_an_unknown_paper_is_offered_for_submission(db, stranger):
    answer = stranger.get("/papers/2401.00001v2")
    assert answer.status_code == 404
    assert 'href="/papers/submit?arxiv_id=2401.00001"' in answer.content.decode()


@pytest.mark.parametrize("path", ["/papers/9999.99999", "/papers/2509.123", "/papers/hello", "/papers/2509.08721v0"])
def test_what_is_no_id_is_not_found(db, stranger, path):
    answer = stranger.get(path)
    assert answer.status_code == 404
    assert "Page not found" in answer.content.decode()


def test_twenty_authors_then_a_disclosure(db, stranger):
    names = [f"Author N{n}" for n in range(3303)]
    PaperFactory(arxiv_id="2509.08721", authors=names)
    page = html(stranger)
    shown = re.search(r'<p class="authors">(.*?)</p>', page, re.DOTALL)[1]
    assert shown.count("Author N") == 20
    assert "Show 3,283 more" in page
    assert page.count('<meta name="citation_author"') == 3303


def test_addresses_in_titles_and_abstracts_are_links_but_not_within_another_link(db, stranger):
    PaperFactory(arxiv_id="2509.08721", title="See https://a.de/x", abstract="Code: https://a.de/code.")
    link = '<a href="https://a.de/{0}" rel="nofollow ugc noopener">https://a.de/{0}</a>'
    page, rows = html(stranger), html(stranger, "/papers/trending")
    assert f"<h1>See {link.format('x')}</h1>" in page
    assert f"<p>Code: {link.format('code')}.</p>" in page
    assert f"<p>Code: {link.format('code')}.</p>" in rows
    assert re.search("<h2><a [^>]*>See https://a.de/x</a></h2>", rows)
    assert f"<p>Code: {link.format('code')}.</p>" in unescape(html(stranger, "/papers/trending.atom"))


def test_maths_becomes_mathml_and_nothing_becomes_markup(db, stranger):
    PaperFactory(
        arxiv_id="2509.08721",
        title="<script>alert(1)</script> on $\\mathbb{R}^d$",
        abstract="We show $p(x) < 1$ for <b>all</b> $\\nope{x}$ and \\emph{more} at $5 and $10.",
    )
    page = html(stranger)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; on <math><msup><mi>ℝ</mi><mi>d</mi></msup></math>" in page
    assert "&lt;b&gt;all&lt;/b&gt;" in page
    assert "<code>$\\nope{x}$</code>" in page
    assert "<em>more</em> at $5 and $10." in page


def test_zotero_and_scholar_see_it(db, stranger):
    PaperFactory(arxiv_id="2509.08721", title='A "quoted" title', authors=["Ada Lovelace", "José Núñez"])
    page = html(stranger)
    for name, content in {
        "citation_title": "A &quot;quoted&quot; title",
        "citation_author": "José Núñez",
        "citation_publication_date": "2025/09/10",
        "citation_arxiv_id": "2509.08721",
        "citation_pdf_url": "https://arxiv.org/pdf/2509.08721",
    }.items():
        assert f'<meta name="{name}" content="{content}">' in page
    assert '<meta property="og:title" content="A &quot;quoted&quot; title">' in page
    assert '<link rel="canonical" href="http://127.0.0.1:8000/papers/2509.08721">' in page


def test_links_and_topics(db, stranger):
    PaperFactory(
        arxiv_id="2509.08721",
        code_url="https://github.com/a/b",
        code_stars=1234,
        project_url="https://example.org/p",
        categories=["cs.CL"],
        keywords=["R&D", "état"],
        organisation=OrganisationFactory(slug="lab"),
    )
    page = html(stranger)
    for link in (
        "https://arxiv.org/abs/2509.08721",
        "https://arxiv.org/pdf/2509.08721",
        "https://github.com/a/b",
        "https://example.org/p",
        "/orgs/lab",
        "/papers?topic=cs.CL",
        "/papers?topic=R%26D",
        "/papers?topic=%C3%A9tat",
        "/papers/date/2025-09-10",
    ):
        assert f'href="{link}"' in page
    assert "1.2k" in page


def test_where_it_stands(paper, alice, stranger):
    PaperFactory(imported_votes=1)
    Vote.objects.make(alice, paper)
    Vote.objects.make(UserFactory(), paper)
    page = html(stranger)
    assert "Number 1 of 2 by upvotes" in page
    assert "<td>0.477</td>" in page


def test_no_abstract_and_no_authors(db, stranger):
    PaperFactory(arxiv_id="2509.08721", abstract="", authors=[])
    page = html(stranger)
    assert "No abstract." in page
    assert 'class="authors"' not in page


@pytest.mark.parametrize(
    ("title", "authors", "expected"),
    [
        ("Plain title", ["Ada Lovelace"], "title = {{Plain title}}"),
        ("Any", ["José Núñez", "Müller & Co"], r"author = {José Núñez and {Müller \& Co}}"),
        ("Any", [], "@misc{anonymous2025paper,"),
        ("The Ünï title", ["Øyvind Ærø"], "@misc{aero2025title,"),
        ("深度 学习", ["王伟"], "@misc{wangwei2025shendu,"),
        ("!", ["⁂"], "@misc{anonymous2025paper,"),
        ("Attention", ["Juan de la Cruz"], "@misc{cruz2025attention,"),
        ("Attention", ["Example Team"], "@misc{exampleteam2025attention,"),
    ],
)
def test_bibtex(db, title, authors, expected):
    paper = PaperFactory(title=title, authors=authors, categories=["cs.CL"])
    entry = citation.bibtex(summarise(paper, paper.authors.all()))
    assert expected in entry
    assert "primaryClass = {cs.CL}" in entry
    assert entry.count("{") - entry.count(r"\{") == entry.count("}") - entry.count(r"\}")


def test_dates(db, stranger):
    PaperFactory(arxiv_id="2509.08721", published_at=datetime(2021, 2, 3, 23, 59, tzinfo=UTC), listed_at=NOON)
    page = html(stranger)
    assert "3 February 2021" in page
    assert "10 September 2025" in page
