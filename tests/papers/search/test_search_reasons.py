"""Why each paper is among the results, and how many there are."""

import pytest

from papers.search import retrieval
from tests.factories import PaperFactory
from tests.papers.search import library as sample_papers
from tests.papers.search.reading import counted, reasons


def test_each_row_says_why_it_is_there(library, stranger):
    page = stranger.get("/papers?q=language+models+reasoning")
    assert reasons(page) == {
        "chain": "Every word · close in meaning",
        "decoding": "Some words · close in meaning",
        "survey": "Some words · close in meaning",
    }
    assert reasons(stranger.get("/papers?q=ronneberger&by=words")) == {"tumours": "Every word · by Olaf Ronneberger"}
    assert reasons(stranger.get("/papers?q=finding+cancer+in+scans")) == {"tumours": "Close in meaning"}


def test_a_name_that_was_found_is_told(library, stranger):
    found_by = reasons(stranger.get("/papers?q=choi+obrien&by=words"))
    assert found_by == {
        "molecules": "Some words · by Yejin Choi",
        "tumours": "Some words · by Grace Choi",
        "godel": "Some words · by Pat O'Brien",
    }
    begun = stranger.get("/papers?q=ronneb&by=words&sort=newest")
    assert reasons(begun) == {"tumours": "Every word · by Olaf Ronneberger"}


def test_every_word_is_told_of_papers_beyond_those_that_were_ranked_for_it(library, stranger, monkeypatch):
    monkeypatch.setattr(retrieval, "EVERY_LIMIT", 1)
    found_by = reasons(stranger.get("/papers?q=reasoning"))
    assert found_by["chain"].startswith("Every word")
    assert found_by["survey"].startswith("Every word")


def test_of_many_names_three_are_told_and_none_is_markup(db, stranger):
    PaperFactory(title="A", authors=["<b>Li</b>", "Wei Chen", "Li Wei", "Ping Li", "Li Na"])
    sample_papers.index()
    reason = '<span class="reason">Every word · by &lt;b&gt;Li&lt;/b&gt;, Li Wei, Ping Li</span>'
    assert reason in stranger.get("/papers?q=li&by=words").content.decode()


@pytest.mark.parametrize(
    ("question", "found_by"),
    [
        ("reasoning&by=words", "2 papers match every word"),
        ("reasoning+agents&by=words", "1 paper matches every word; 1 matches some words or is close in meaning"),
        ("graph+neural&by=meaning", "1 paper is close in meaning"),
        ("finding+cancer+in+scans", "No papers match every word; 1 matches some words or is close in meaning"),
        ("xqzkwv", ""),
    ],
)
def test_how_many_were_found_is_said(library, stranger, question, found_by):
    assert counted(stranger.get(f"/papers?q={question}")) == found_by
