"""The page of a letter: for whoever has its address, and nothing on it of whom it went to."""

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inbox.models import Letter, Subscription
from tests.factories import LetterFactory, PaperFactory


@pytest.fixture
def letter(db):
    papers = [PaperFactory(title=title) for title in ("Second", "First", "Gone")]
    letter = LetterFactory(
        title="Papers · Has: code",
        papers=[papers[1].pk, papers[0].pk, papers[2].pk],
        subscription__email="ann@example.org",
        subscription__address="/papers?has=code",
    )
    papers[2].delete()
    return letter


def test_it_shows_what_the_letter_said(letter, stranger):
    answer = stranger.get(letter.get_absolute_url())
    page = answer.content.decode()
    assert page.index("1. <a") < page.index("First") < page.index("2. <a") < page.index("Second")
    assert "Gone" not in page
    assert '<h1 dir="auto">Papers · Has: code</h1>' in page
    assert "Thursday, 11 September 2025" in page
    assert 'href="http://127.0.0.1:8000/papers?has=code"' in page


def test_it_tells_nothing_of_its_subscriber(letter, stranger):
    page = stranger.get(letter.get_absolute_url()).content.decode()
    for secret in ("ann@", letter.subscription.key, "unsubscribe", "/letters/manage"):
        assert secret not in page


def test_it_is_kept_by_caches_and_not_by_search_engines(letter, stranger):
    answer = stranger.get(letter.get_absolute_url())
    assert answer["X-Robots-Tag"] == "noindex"
    assert "public" in answer["Cache-Control"]
    again = stranger.get(letter.get_absolute_url(), headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    letter.title = "Another"
    letter.save()
    assert "Another" in stranger.get(letter.get_absolute_url()).content.decode()


def test_it_has_one_address(letter, stranger):
    for path in (f"/letters/2025-09-12/{letter.key}", "/letters/2025-09-11/nobody-guesses", "/letters/2025-99-99/x"):
        answer = stranger.get(path)
        assert (answer.status_code, b"First" in answer.content) == (404, False)


def test_a_letter_that_said_nothing_has_no_page(letter, stranger):
    letter.papers = []
    letter.save()
    assert stranger.get(letter.get_absolute_url()).status_code == 404
    assert b"Papers" not in stranger.get(letter.get_absolute_url()).content.split(b"<main")[1]


def test_all_its_papers_can_be_gone(letter, stranger):
    letter.papers = [0]
    letter.save()
    assert "Its papers are no longer on this site." in stranger.get(letter.get_absolute_url()).content.decode()


@pytest.mark.parametrize("rows", [1, 30])
def test_statements_do_not_grow_with_papers(db, stranger, rows):
    letter = LetterFactory(papers=[PaperFactory().pk for _ in range(rows)])
    for expected in (4, 2):  # what is read of papers is kept
        caches["pages"].clear()
        with CaptureQueriesContext(connection) as statements:
            page = stranger.get(letter.get_absolute_url()).content.decode()
        assert page.count('class="letter-paper"') == rows
        assert len(statements) == expected, [s["sql"] for s in statements]


def test_a_letter_of_what_is_ones_own_is_for_its_reader_only(paper, alice, bob, signed_in, stranger):
    letter = LetterFactory(subscription__user=alice, subscription__address="/papers/following", papers=[paper.pk])
    for other in (stranger, signed_in(bob)):
        assert other.get(letter.get_absolute_url()).status_code == 404
    answer = signed_in(alice).get(letter.get_absolute_url())
    assert paper.title in answer.content.decode()
    assert answer.headers["Cache-Control"] == "private, no-cache"
    letter.subscription.end("unsubscribed")
    Subscription.objects.all().anonymise()
    assert not Letter.objects.exists()
