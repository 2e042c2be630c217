"""Papers like one paper: a few on its own page, all of them as a list with filters, words and orders."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from papers.models import Embedding, Paper
from papers.search.embedding.bundled import Bundled
from tests.factories import NOON, PaperFactory
from tests.papers.lists.test_lists import next_page, titles
from tests.papers.search import library as sample_papers
from tests.papers.search.reading import keys, text


def path(paper) -> str:
    return f"/papers/{paper.arxiv_id}/similar"


def listed(answer) -> list[str]:
    """The titles in a paper's own page."""
    part = re.search(r'<ol class="similar">.*?</ol>', text(answer), re.DOTALL)
    return re.findall(r'<a href="/papers/[^"]*">(.*?)</a>', part[0]) if part else []


@pytest.mark.parametrize("name", ["chain", "tumours"])
def test_the_nearest_stands_first_and_never_the_paper_itself(library, stranger, name):
    vectors = dict(zip(library, Bundled().embed([f"{p.title}. {p.abstract}" for p in library.values()]), strict=True))
    nearest_first = sorted(set(library) - {name}, key=lambda other: vectors[name] @ vectors[other], reverse=True)
    near = [other for other in nearest_first if vectors[name] @ vectors[other] > 0.25]
    assert keys(stranger.get(path(library[name]))) == near
    assert listed(stranger.get(library[name].get_absolute_url())) == [library[other].title for other in near]


def test_a_version_in_the_address_means_the_same_paper(library, stranger):
    paper = library["chain"]
    assert keys(stranger.get(f"/papers/{paper.arxiv_id}v3/similar")) == keys(stranger.get(path(paper))) != []


@pytest.fixture
def siblings(lab):
    """A paper and those like it, each named for what it has."""

    def write(has, **more):
        return PaperFactory(title=f"Sampling tokens faster: {has}", abstract="", **more)

    papers = {
        "none": write("none"),
        "code": write("code", code_url="https://example.org/code", imported_votes=3),
        "lab": write("lab", organisation=lab, imported_votes=9),
        "late": write("late", listed_at=NOON + timedelta(days=3)),
        "far": PaperFactory(title="Volcanoes of Iceland", abstract="", code_url="https://example.org/lava"),
    }
    sample_papers.index()
    return papers


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"code", "lab", "late"}),
        ("?has=code", {"code"}),
        ("?org=lab", {"lab"}),
        ("?after=2025-09-11", {"late"}),
        ("?has=code&org=lab", set()),
        ("?org=nobody", set()),
        ("?q=lab&by=words", {"lab"}),
        ("?q=sampling+-lab", {"code", "late"}),
        ("?q=sampling+-lab&by=words&has=code", {"code"}),
        ("?q=-lab", {"code", "late"}),
        ("?q=volcanoes", set()),
    ],
)
def test_filters_and_words_leave_fewer(siblings, stranger, query, expected):
    found = titles(stranger.get(path(siblings["none"]) + query))
    assert {title.split()[-1] for title in found} == expected


def test_typed_filters_stay_at_this_address(siblings, stranger):
    here = path(siblings["none"])
    assert stranger.get(f"{here}?q=sampling+has:code").url == f"{here}?q=sampling&has=code"


@pytest.mark.parametrize(("sort", "first"), [("votes", "lab"), ("newest", "late")])
def test_other_orders_show_the_same_papers(siblings, stranger, sort, first):
    here = path(siblings["none"])
    ordered = titles(stranger.get(f"{here}?sort={sort}"))
    assert ordered[0].endswith(first)
    assert sorted(ordered) == sorted(titles(stranger.get(here)))


def test_there_are_pages(db, stranger):
    papers = [PaperFactory(title=f"Sampling tokens {'very ' * (n % 4)}fast", abstract="") for n in range(36)]
    sample_papers.index()
    first = stranger.get(path(papers[0]))
    second = stranger.get(path(papers[0]) + next_page(first))
    ids = [re.findall(r'id="paper-(\d+)"', text(page)) for page in (first, second)]
    assert [len(part) for part in ids] == [30, 5]
    assert {int(pk) for part in ids for pk in part} == {paper.pk for paper in papers[1:]}
    assert len(listed(stranger.get(papers[0].get_absolute_url()))) == 8


@pytest.mark.parametrize("ref", ["2509.00001", "2509.00001v2", "hep-th/9901001"])
def test_for_an_unknown_paper_submitting_it_is_offered(db, stranger, ref):
    answer = stranger.get(f"/papers/{ref}/similar")
    assert answer.status_code == 404
    assert f'href="/papers/submit?arxiv_id={ref.removesuffix("v2")}"' in text(answer)


def test_a_paper_without_a_vector_says_so_and_shows_none(library, stranger):
    Embedding.objects.filter(paper=library["chain"]).delete()
    page = stranger.get(path(library["chain"]))
    assert keys(page) == []
    assert "No similar papers yet." in text(page)
    assert listed(stranger.get(library["chain"].get_absolute_url())) == []
    assert "chain" not in keys(stranger.get(path(library["survey"])))


def test_a_paper_alone_has_none(db, stranger):
    paper = PaperFactory()
    sample_papers.index()
    assert titles(stranger.get(path(paper))) == []
    assert "Similar papers" not in text(stranger.get(paper.get_absolute_url()))


def test_the_paper_changes_with_what_it_shows_of_similar_ones(library, stranger):
    page = f"/papers/{library['chain'].arxiv_id}"
    shown = re.search(r'<ol class="similar">.*?href="/papers/([\d.]+)"', stranger.get(page).content.decode(), re.DOTALL)
    Paper.objects.filter(arxiv_id=shown[1]).update(published_at=datetime(2001, 2, 3, tzinfo=UTC))
    assert "2001-02-03" in stranger.get(page).content.decode()
