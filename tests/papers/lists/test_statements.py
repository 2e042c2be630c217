"""Lists with 2 and with 15 rows take the same number of statements; caching of strangers' pages."""

import pytest
from django.core.cache import caches
from django.db import connection
from django.template.loader import get_template
from django.test.utils import CaptureQueriesContext

from papers.lists import cards
from papers.models import Bookmark, Collection, Item, OrganisationFollow, Paper, Vote
from tests.factories import AuthorClaimFactory, PaperFactory

# A transaction that is only for reading is a savepoint here: one statement more than a BEGIN that is rolled back.
LISTS = {
    # path: (statements for a stranger, for somebody signed in; both once the filter form is warm)
    "/papers": (
        4,
        7,
    ),  # collections of the rail; somebody signed in: visits, what is new and what is done, by one statement
    "/papers/date/2025-09-10": (3, 5),  # the last one: collections beside the list
    "/papers/week/2025-W37": (3, 5),
    "/papers/month/2025-09": (3, 5),
    "/papers/trending": (2, 4),
    "/papers?has=code": (10, 12),  # counted; a transaction with a limit on time; two walks; few are collected; number
    "/papers?q=paper": (3, 6),  # counted; people of this name; found less than a minute ago
    "/papers?q=paper&has=code": (14, 17),  # counted; two transactions, for its words and for its papers
    "/orgs/lab": (4, 7),
    "/people/alice": (6, 7),
    "/people/alice/authored": (5, 6),
    "/people/alice/upvoted": (5, 6),
    "/people/alice/submitted": (5, 6),
    "/papers/date/2025-09-10?seen=no": (None, 14),
    "/papers/date/2025-09-10?seen=new": (None, 15),
    "/bookmarks": (None, 2),
    "/collections/autumn": (3, 4),
    "/papers/following": (None, 10),  # a transaction; two walks; few are collected, listed, and told why
}


@pytest.mark.parametrize("rows", [2, 15])
def test_statements_do_not_grow_with_rows(lab, alice, signed_in, stranger, rows):
    alice.shows_votes = True
    alice.save()
    autumn = Collection.objects.create(key="autumn", name="Autumn", user=alice, visibility="public")
    OrganisationFollow.objects.make(alice, lab)
    for _ in range(rows):
        paper = PaperFactory(organisation=lab, code_url="https://example.org", submitted_by=alice)
        Item.objects.add(alice, autumn, [paper.pk])
        Vote.objects.make(alice, paper)
        Bookmark.objects.make(alice, paper)
        AuthorClaimFactory(user=alice, paper=paper)
    reader = signed_in(alice)
    for path, expected in LISTS.items():
        for browser, count in zip((stranger, reader), expected, strict=True):
            if count is not None:
                assert_costs(browser, path, count, rows)


def assert_costs(browser, path, count, rows):
    """The second time that a browser gets a page, the page has this many cards and takes this many statements."""
    caches["pages"].clear()
    browser.get(path)
    with CaptureQueriesContext(connection) as statements:
        assert browser.get(path).content.decode().count('class="card"') == rows
    assert len(statements) == count, [path, *(s["sql"] for s in statements)]


@pytest.mark.parametrize("featured", [1, 12])
def test_featured_papers_cost_one_statement(lab, alice, signed_in, stranger, featured):
    lab.featured = [PaperFactory(organisation=lab).pk for _ in range(13)][:featured]
    lab.save()
    for reader, expected in ((stranger, LISTS["/orgs/lab"][0] + 1), (signed_in(alice), LISTS["/orgs/lab"][1] + 1)):
        assert_costs(reader, "/orgs/lab", expected, 13)


@pytest.mark.parametrize("authors", [1, 3303])
def test_statements_of_a_paper(lab, alice, signed_in, stranger, authors):
    PaperFactory(arxiv_id="2509.08721", organisation=lab, authors=["A. Nonymous"] * authors)
    for reader, expected in ((stranger, 1), (signed_in(alice), 2)):
        reader.get("/papers/2509.08721")
        with CaptureQueriesContext(connection) as statements:
            reader.get("/papers/2509.08721")
        assert len(statements) == expected, [s["sql"] for s in statements]


@pytest.mark.parametrize(
    "path", ["/papers", "/papers/2509.08721", "/papers/archive", "/orgs/lab", "/papers/trending", "/collections"]
)
def test_a_strangers_page_is_cacheable_and_a_304_costs_no_template(lab, paper, stranger, path, monkeypatch):
    first = stranger.get(path)
    assert "public" in first.headers["Cache-Control"]
    assert "Set-Cookie" not in first.headers
    assert first.cookies == {}
    assert "csrfmiddlewaretoken" not in first.content.decode()
    assert {"Cookie", "HX-Request"} <= set(first.headers["Vary"].split(", "))
    rendered = []
    monkeypatch.setattr("django.template.base.Template.render", lambda *a: rendered.append(a))
    again = stranger.get(path, headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content, rendered) == (304, b"", [])


def test_a_vote_changes_the_etag(paper, alice, stranger):
    before = stranger.get("/papers").headers["ETag"]
    Vote.objects.make(alice, paper)
    assert stranger.get("/papers").headers["ETag"] != before


def test_a_signed_in_page_stays_private(paper, alice, signed_in):
    answer = signed_in(alice).get("/papers")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "ETag" not in answer.headers


def test_a_card_is_rendered_once_until_it_looks_different(paper, alice, monkeypatch):
    rendered = []
    template = get_template("papers/lists/_card.html").template
    render = type(template).render
    monkeypatch.setattr(type(template), "render", lambda self, *a: (rendered.append(self.name), render(self, *a))[1])
    for _ in range(2):
        before = cards.render(Paper.objects.rows(alice))
    assert rendered.count("papers/lists/_card.html") == 1
    Vote.objects.make(alice, paper)
    after = cards.render(Paper.objects.rows(alice))
    assert rendered.count("papers/lists/_card.html") == 2
    assert "Upvote, 0 so far" in before
    assert "Upvote, 1 so far" in after
