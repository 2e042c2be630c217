"""Pages of searches: results, filters, the search box, and older papers."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.cache import caches

from papers.models import Bookmark, Paper, SearchEntry, Vote
from tests.factories import NOON, PaperFactory
from tests.papers.lists.test_lists import next_page, titles
from tests.papers.search import library as sample_papers
from tests.papers.search.reading import counted, keys, notes, text

# --- what is found


def test_words_only_and_meaning_only(library, stranger):
    for question, by_words, by_meaning in (
        ("speeding up text generation", [], ["decoding"]),
        ("ronneberger", ["tumours"], []),
        ("speeding up -GPT-4", [], []),
    ):
        assert keys(stranger.get("/papers", {"q": question, "by": "words"})) == by_words
        assert keys(stranger.get("/papers", {"q": question, "by": "meaning"})) == by_meaning


def test_a_wrong_kind_of_search_is_refused_in_words(library, stranger):
    answer = stranger.get("/papers?q=graph&by=heart")
    assert answer.status_code == 400
    assert "Unknown search mode “heart”. Choose one of: words, meaning." in text(answer)


def test_the_best_stands_first_unless_another_order_is_asked_for(db, stranger):
    for hours, (title, abstract, votes) in enumerate([("Sparse", "x", 1), ("A", "Sparse", 9), ("B", "Of sparse", 5)]):
        PaperFactory(title=title, abstract=abstract, imported_votes=votes, listed_at=NOON + timedelta(hours=hours))
    sample_papers.index()
    assert titles(stranger.get("/papers?q=sparse&by=words"))[0] == "Sparse"
    assert titles(stranger.get("/papers?q=sparse&by=words&sort=newest")) == ["B", "A", "Sparse"]
    assert titles(stranger.get("/papers?q=sparse&by=words&sort=votes")) == ["A", "B", "Sparse"]
    assert titles(stranger.get("/papers?sort=relevance")) == ["A", "B", "Sparse"]  # which is the list's own, then


def test_another_order_shows_all_with_every_word_however_many(db, stranger):
    papers = Paper.objects.bulk_create(
        Paper(arxiv_id=f"2509.{n:05}", title=f"Alike {n}", published_at=NOON, listed_at=NOON) for n in range(305)
    )
    SearchEntry.objects.refresh(papers, {paper.pk: [] for paper in papers})
    page = stranger.get("/papers?q=alike&sort=newest")
    assert counted(page) == "300+ papers match every word"
    found_titles, found_reasons = [], set()
    while True:
        found_titles += titles(page)
        found_reasons |= set(re.findall('<span class="reason">(.*?)</span>', text(page)))
        if 'rel="next"' not in text(page):
            break
        page = stranger.get(f"/papers{next_page(page)}")
    assert (found_titles, found_reasons) == ([paper.title for paper in reversed(papers)], {"Every word"})


def test_words_that_are_only_not_wanted_leave_the_others_in_the_lists_own_order(library, stranger):
    assert keys(stranger.get("/papers?q=-reasoning+-language")) == ["godel", "tumours", "molecules"]
    assert keys(stranger.get("/papers/date/2025-09-10?q=-chain+-choi")) == ["godel", "decoding"]


def test_stop_words_find_nothing_and_say_so(library, stranger):
    for by in ("", "words"):
        page = stranger.get("/papers", {"q": "the of", "by": by}, follow=True)
        assert keys(page) == []
        assert "No papers match" not in text(page)
        assert "These words are too common to search for. Add a rarer one." in text(page)


# --- filters


@pytest.fixture
def translations(lab):
    """Papers on machine translation that only filters tell apart, each named for what it has; and one on volcanoes."""

    def write(has, **more):
        return PaperFactory(title=f"Machine translation {has}", abstract="", **more)

    papers = {
        "lab": write("lab", organisation=lab),
        "topic": write("topic", categories=["cs.CL"], keywords=["Word Vectors"]),
        "code": write("code", code_url="https://example.org/code"),
        "works": write("works", works_count=1),
        "votes": write("votes", imported_votes=7),
        "author": write("author", authors=["Yejin Choi", "Grace Hopper"]),
        "early": write("early", listed_at=NOON - timedelta(days=9)),
        "late": write("late", listed_at=NOON + timedelta(days=9)),
        "other": PaperFactory(title="Volcanoes", abstract="", organisation=lab, code_url="https://example.org/lava"),
    }
    sample_papers.index()
    return papers


def last_words(reader, path, by, words="machine translation") -> list[str]:
    """The last words of the titles that a search in this list finds."""
    return [title.split()[-1] for title in titles(reader.get(path, {"q": words, "by": by}, follow=True))]


@pytest.mark.parametrize("by", ["words", "meaning"])
@pytest.mark.parametrize(
    ("typed", "has"),
    [
        ("org:lab", "lab"),
        ("cat:cs.cl", "topic"),
        ('topic:"word vectors"', "topic"),
        ("has:code", "code"),
        ("repro:works", "works"),
        ("votes>=7", "votes"),
        ("votes>6", "votes"),
        ('author:"yejin choi"', "author"),
        ("author:choi", "author"),
        ('org:"the lab"', "lab"),
        ("before:2025-09-05", "early"),
        ("after:2025-W38", "late"),
    ],
)
def test_filters_and_words_together(translations, stranger, typed, has, by):
    assert last_words(stranger, "/papers", by, f"machine {typed} translation") == [has]


def test_names_of_an_author_stand_side_by_side(translations, stranger):
    assert titles(stranger.get("/papers?author=choi")) == ["Machine translation author"]
    for author in ("choi yejin", "yejin hopper", "choi grace", "yeji", "***"):
        assert titles(stranger.get("/papers", {"author": author})) == []


@pytest.mark.parametrize("by", ["words", "meaning"])
def test_a_search_stays_inside_its_list(translations, alice, signed_in, stranger, by):
    for name in ("code", "other"):
        Bookmark.objects.make(alice, translations[name])
    for name in ("votes", "other"):
        Vote.objects.make(alice, translations[name])
    assert last_words(stranger, "/papers/date/2025-09-19", by) == ["late"]
    assert last_words(stranger, "/papers/week/2025-W36", by) == ["early"]
    assert last_words(stranger, "/orgs/lab", by) == ["lab"]
    assert last_words(signed_in(alice), "/bookmarks", by) == ["code"]
    assert last_words(signed_in(alice), "/bookmarks?sort=saved", by) == ["code"]
    assert last_words(signed_in(alice), "/people/alice", by) == ["votes"]
    assert last_words(stranger, "/people/alice", by) == []


# --- the box


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("org:lab x", "?q=x&org=lab"),
        ("x votes>9 -y after:2025-W37", "?q=x+-y&min_votes=10&after=2025-09-08"),
        ("cat:cs.CL", "?topic=cs.CL"),
        ("author:“Yejin  Choi”", "?author=Yejin+Choi"),
        ("before:2024 x", "?q=x&before=2024-12-31"),
    ],
)
def test_typed_filters_become_the_address_and_stand_in_the_box_again(library, stranger, typed, address):
    answer = stranger.get("/papers", {"q": typed})
    assert answer.url == f"/papers{address}"
    page = stranger.get(answer.url)
    box = unescape(re.search(r'id="find"[^>]* value="([^"]*)"', page.content.decode())[1])
    assert stranger.get("/papers", {"q": box}).url == answer.url


def test_a_month_in_an_address_is_its_days(library, stranger):
    assert stranger.get("/papers?q=graph&after=2025-09&before=2025-W37").url == (
        "/papers?q=graph&after=2025-09-01&before=2025-09-14"
    )


@pytest.mark.parametrize(
    ("typed", "problem", "names"),
    [
        ("graph votes>=many", "“votes>=many” was ignored: write it as votes>=10.", ["molecules"]),
        ("graph -org:x", "“-org:x” was ignored: a minus works only before words.", ["molecules"]),
        ('"graph neural', '“"graph neural” has no closing quote.', ["molecules"]),
        ("after:2025-02-30 graph", "“after:2025-02-30” was ignored", ["molecules"]),
        ("graph " + "x" * 10_000, "a search has at most 500 characters", ["molecules"]),
        (
            "*** !!!",
            "“*** !!!” contains no words.",
            ["godel", "tumours", "survey", "chain", "decoding", "molecules"],
        ),
    ],
)
def test_what_cannot_be_read_is_said_and_the_rest_searched_for(library, stranger, typed, problem, names):
    page = stranger.get("/papers", {"q": typed, "by": "words"})
    assert [problem in note for note in notes(page)] == [True]
    assert keys(page) == names
    assert f'value="{typed}"' in text(page)


@pytest.mark.parametrize(
    "typed",
    [
        " 2509.08721 ",
        "arXiv:2509.08721v2",
        "https://arxiv.org/pdf/2509.08721.pdf",
        "huggingface.co/papers/2509.08721",
        "https://doi.org/10.48550/arXiv.2509.08721",
        "DOI: 10.48550/arXiv.2509.08721",
        "arxiv 2509.08721",
    ],
)
def test_an_id_or_its_address_is_the_paper_itself(paper, stranger, typed):
    assert stranger.get("/papers", {"q": typed}).url == "/papers/2509.08721"
    unknown = stranger.get("/papers", {"q": typed.replace("08721", "00001")}, follow=True)
    assert unknown.status_code == 404
    assert 'href="/papers/submit?arxiv_id=2509.00001"' in text(unknown)


def test_where_nothing_is_found_the_way_out_is_shown(library, stranger):
    for path, sentence in (
        ("/papers?q=graph&org=nobody", "No organisation is called “nobody”."),
        ("/papers/date/2025-01-01?q=graph&by=words", "No papers match these words."),
    ):
        page = stranger.get(path)
        assert sentence in text(page)
        assert 'href="/papers?q=graph">Search all papers</a>' in text(page)
    assert "Search all papers" not in text(stranger.get("/papers?q=xqzkwv&by=words"))


def test_what_is_shown_instead_of_misspelt_words_and_how_to_search_for_these(library, stranger):
    page = stranger.get("/papers", {"q": 'tumuors "radiology" -survey', "org": ""}, follow=True)
    assert notes(page) == [
        'Showing results for tumours "radiology" -survey. Search instead for tumuors "radiology" -survey'
    ]
    assert keys(page) == ["tumours"]
    assert '<h1>tumuors "radiology" -survey</h1>' in text(page)
    link = unescape(re.search(r'Search instead for\s+<a href="([^"]*)"', page.content.decode())[1])
    verbatim = stranger.get(f"/papers{link}&by=words")
    assert (notes(verbatim), keys(verbatim)) == ([], ["tumours"])  # which has the other word
    assert counted(verbatim) == "No papers match every word; 1 matches some words or is close in meaning"
    assert notes(stranger.get("/papers?q=tumours")) == []


def test_the_number_found_is_announced(library, stranger):
    def announced(question):
        page = stranger.get("/papers", {"q": question, "by": "words"})
        return " ".join(
            unescape(re.search(r'id="summary"[^>]*>(.*?)</p>', page.content.decode(), re.DOTALL)[1]).split()
        )

    assert announced("reasoning") == "2 papers for “reasoning”."
    assert announced("graph <b>") == "1 paper for “graph <b>”."
    assert announced("xqzkwv") == "No papers match “xqzkwv”."
    assert announced("graph has:x").startswith("1 paper for “graph has:x”. “has:x” was ignored")


# --- pages


@pytest.fixture
def many(db):
    for n in range(65):
        PaperFactory(title=f"Alike {n}", abstract="word " * (n % 5), imported_votes=n % 7)


def test_pages_of_a_search_follow_each_other_without_gap_or_repeat(many, stranger):
    for sort in ("relevance", "votes", "newest"):
        page = stranger.get("/papers", {"q": "alike", "sort": sort})
        pages = [titles(page)]
        while 'rel="next"' in text(page):
            caches["searches"].clear()  # as for another process, or a minute later
            page = stranger.get(f"/papers{next_page(page)}")
            pages.append(titles(page))
        assert [len(rows) for rows in pages] == [30, 30, 5]
        assert len({title for rows in pages for title in rows}) == 65


def test_htmx_gets_the_next_results_alone(many, stranger):
    link = f"/papers{next_page(stranger.get('/papers?q=alike'))}"
    rows = stranger.get(link, headers={"hx-request": "true", "hx-current-url": "http://127.0.0.1/papers?q=alike"})
    assert len(titles(rows)) == 30
    assert "<html" not in text(rows)
    assert not {"HX-Push-Url", "HX-Replace-Url"} & set(rows.headers)


def test_a_cursor_of_another_order_is_refused(many, stranger):
    by_relevance = next_page(stranger.get("/papers?q=alike"))
    by_votes = next_page(stranger.get("/papers/month/2025-09")).partition("?")[2]
    for address in (f"{by_relevance}&sort=newest", f"?q=alike&{by_votes}", "?q=alike&older=made-up"):
        answer = stranger.get(f"/papers{address}")
        assert answer.status_code == 400
        assert "damaged or out of date" in text(answer)
