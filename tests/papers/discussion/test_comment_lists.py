"""The lists of comments, of the site, of a paper and of a person, as pages and as feeds."""

from datetime import timedelta
from html import unescape

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from papers.models import Comment, CommentVote, Content
from tests.factories import NOON, PaperFactory, UserFactory, appoint
from tests.papers.discussion.talk import post
from tests.papers.syndication.feeds import FORMS, read, statements_of_304

REPORT = Content("It *trains*.", "partly", "[code](https://example.org/c) at 1f2e3d", "one A100", "3 hours")
PATHS = ["/comments", "/papers/2509.08721/comments", "/people/alice/comments"]


@pytest.fixture
def paper(db):
    return PaperFactory(arxiv_id="2509.08721", title="On $\\alpha$-stars")


@pytest.fixture
def comment(paper, alice):
    return post(alice, paper, "Is $\\beta_i$ **right**?")


def texts(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def entries(reader, path, form="atom"):
    return read(reader.get(f"{path}.{form}").content, form).entries


@pytest.mark.parametrize("path", PATHS)
def test_a_list_says_who_wrote_what_about_which_paper_in_answer_to_whom(paper, alice, bob, stranger, path):
    first = post(bob, paper, "First words")
    answer = post(alice, paper, "Second words", first)
    page = texts(stranger.get(path))
    assert "Second words" in page
    assert f'href="/comments/{answer.pk}"' in page
    assert "Alice Ash" in page
    assert f'href="{path}.atom"' in page
    if "papers" not in path:
        assert 'On <a href="/papers/2509.08721">On <math>' in page
        assert f'<a href="/comments/{first.pk}"' in page
        assert ">Bob Birch</a>" in page
    assert ("First words" in page) is ("people" not in path)


def test_the_newest_come_first_fifty_on_a_page(paper, stranger):
    author = UserFactory(username="alice")
    made = [Comment.objects.create(paper=paper, author=author, text=f"Number {n}.") for n in range(52)]
    for path in ("/comments", "/people/alice/comments"):
        page = stranger.get(path).content.decode()
        positions = [page.find(f'id="comment-{row.pk}"') for row in reversed(made)]
        assert positions[:50] == sorted(positions[:50])
        assert (min(positions[:50]) > 0, positions[50:]) == (True, [-1, -1])
        older = page.split('href="?older=')[1].split('"')[0]
        rest = texts(stranger.get(f"{path}?older={older}"))
        assert ("Number 1." in rest, "Number 0." in rest, "Number 2." in rest) == (True, True, False)
        assert stranger.get(f"{path}?older=forged").status_code == 400


@pytest.mark.parametrize(("path", "words"), [(PATHS[0], "No comments yet"), (PATHS[2], "No comments yet")])
def test_an_empty_list_says_so(alice, stranger, path, words):
    assert words in texts(stranger.get(path))
    assert entries(stranger, path) == ()


def test_imported_comments_are_in_the_list_of_their_paper_alone(paper, stranger):
    Comment.objects.create(paper=paper, source_id="1", source_name="Ida", source_url="https://hub.example/1", text="Hi")
    assert [entry.title for entry in entries(stranger, PATHS[1])] == ["Ida on “On α-stars”"]
    assert "https://hub.example/1" in stranger.get(f"{PATHS[1]}.json").content.decode()
    assert entries(stranger, "/comments") == ()
    assert "Ida" not in texts(stranger.get("/comments"))


@pytest.mark.parametrize("act", ["retract", "hide"])
def test_what_is_retracted_or_hidden_is_in_no_list_and_no_feed(paper, comment, alice, bob, signed_in, stranger, act):
    answer = post(bob, paper, "An answer", comment)
    paths = [*PATHS, *(f"{path}.{form}" for path in PATHS for form in FORMS)]
    before = {path: stranger.get(path) for path in paths}
    assert all("right" in page.content.decode() for page in before.values())
    comment.refresh_from_db()
    if act == "retract":
        comment.retract(alice)
    else:
        comment.hide(appoint(UserFactory()), "off topic")
    for reader in (stranger, signed_in(bob), signed_in(alice)):
        for path in paths:
            page = reader.get(path, headers={"if-none-match": before[path].headers["ETag"]})
            assert page.status_code == 200
            assert "right" not in page.content.decode(), path
    assert [entry.link for entry in entries(stranger, "/comments")] == [f"http://127.0.0.1:8000/comments/{answer.pk}"]


def test_a_deactivated_person_has_no_list_and_is_not_named(paper, comment, alice, bob, stranger):
    post(bob, paper, "An answer", comment)
    alice.is_active = False
    alice.save()
    for path in ("/people/alice/comments", "/people/alice/comments.atom", "/people/nobody/comments"):
        assert stranger.get(path).status_code == 404
    for path in PATHS[:2]:
        assert [entry.title for entry in entries(stranger, path)][1] == "A comment on “On α-stars”"
        for form in ("", *(f".{form}" for form in FORMS)):
            assert "alice" not in stranger.get(path + form).content.decode().lower()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("path", PATHS)
def test_an_entry_tells_all_there_is(paper, alice, bob, stranger, path, form, time_machine):
    time_machine.move_to(NOON, tick=False)
    first = post(bob, paper, "Does it run?")
    report = Comment.objects.post(alice, paper, REPORT, first)
    entry = entries(stranger, path, form)[0]
    assert (entry.title, entry.link) == ("Alice Ash on “On α-stars”", f"http://127.0.0.1:8000/comments/{report.pk}")
    assert entry.published in {"2025-09-10T12:00:00Z", "Wed, 10 Sep 2025 12:00:00 GMT"}
    html = unescape(entry.html)
    assert '<p>On <a href="http://127.0.0.1:8000/papers/2509.08721">On α-stars</a>, in reply to ' in html
    assert f'<a href="http://127.0.0.1:8000/comments/{first.pk}">Bob Birch</a>.</p>' in html
    for words in ("It works in part", 'What was run: <a href="https://example.org/c"', "one A100", "3 hours"):
        assert words in html
    assert html.index("3 hours") < html.index("It <em>trains</em>.")
    assert "Alice Ash" in stranger.get(f"{path}.{form}").content.decode().split("Does it run")[0]


def test_maths_is_text_in_a_feed_and_an_edit_moves_its_date(paper, comment, alice, stranger, time_machine):
    assert "Is β_i <strong>right</strong>?" in entries(stranger, "/comments")[0].html
    before = stranger.get("/comments.atom").headers["ETag"]
    time_machine.move_to(comment.created_at + timedelta(days=1), tick=False)
    comment.edit(alice, Content("Better."), 0)
    (entry,) = read(stranger.get("/comments.atom", headers={"if-none-match": before}).content, "atom").entries
    assert "Better." in entry.html
    assert entry.updated > entry.published


def test_ids_are_the_same_whatever_the_host_and_whichever_the_list(comment, stranger, settings):
    before = [entries(stranger, path)[0].id for path in PATHS]
    settings.BASE_URL = "https://papers.example.org"
    after = entries(stranger, "/comments")[0]
    assert after.link == f"https://papers.example.org/comments/{comment.pk}"
    assert {*before, after.id} == {after.id}


@pytest.mark.parametrize("form", FORMS)
def test_an_upvote_changes_no_feed(comment, bob, stranger, form):
    before = [stranger.get(f"{path}.{form}") for path in PATHS]
    CommentVote.objects.make(bob, comment)
    after = [stranger.get(f"{path}.{form}") for path in PATHS]
    assert [(answer.content, answer["ETag"]) for answer in after] == [(was.content, was["ETag"]) for was in before]


@pytest.mark.parametrize(("path", "count"), [(PATHS[0], 1), (PATHS[1], 2), (PATHS[2], 2)])
def test_a_feed_that_has_not_changed_costs_its_rows_and_no_template(comment, stranger, monkeypatch, path, count):
    assert len(statements_of_304(stranger, f"{path}.atom", monkeypatch)) == count


@pytest.mark.parametrize("rows", [1, 30])
def test_statements_do_not_grow_with_rows(paper, alice, bob, signed_in, stranger, rows):
    for n in range(rows):
        post(alice, PaperFactory(), f"Number {n}", post(bob, paper, f"Question {n}"))
    expected = {"/comments": (1, 2), "/people/alice/comments": (5, 6), "/comments.atom": (1, 2)}
    for path, counts in expected.items():
        for reader, count in zip((stranger, signed_in(alice)), counts, strict=True):
            caches["pages"].clear()
            reader.get(path)
            with CaptureQueriesContext(connection) as statements:
                assert texts(reader.get(path)).count("Number ") == min(rows, 25 if path[:4] == "/com" else 30)
            assert len(statements) == count, [path, *(s["sql"] for s in statements)]


def test_there_is_no_feed_in_another_format_nor_of_an_unknown_paper(comment, stranger):
    for path in ("/comments.xml", "/papers/2509.99999/comments.atom", "/papers/2509.08721/comments.csv"):
        assert stranger.get(path).status_code == 404
