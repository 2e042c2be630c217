"""The forms of comments: what comes back, what is kept, and how often."""

import re

import pytest
from django.utils import timezone

from accounts.models import User
from moderation.models import Action
from papers.models import Comment
from tests.factories import PaperFactory, appoint
from tests.papers.discussion.talk import post

NEW = "/papers/2509.08721/comments/new"
ADVERT = "Subscribe to my newsletter about these things."
HTMX = {"hx-request": "true"}
IN_PLACE = HTMX | {"hx-target": "thread"}


@pytest.fixture
def newcomers(alice, bob):
    """Their accounts are new."""
    User.objects.update(date_joined=timezone.now())


def typed(answer) -> str:
    """What stands in the text area of a page."""
    return re.search(r"<textarea[^>]*>\s*(.*?)</textarea>", answer.content.decode(), re.DOTALL)[1]


def test_who_posts_comes_to_the_comment(paper, alice, signed_in):
    reader = signed_in(alice)
    for _ in range(2):
        answer = reader.act(NEW, {"text": "Good *point*."})
        comment = Comment.objects.get()
        assert answer.url == f"/comments/{comment.pk}"
    page = reader.get(answer.url).content.decode()
    assert "Comment posted." in page
    assert "Good <em>point</em>." in page


def test_htmx_gets_the_new_comment_for_its_place(paper, alice, bob, signed_in):
    answer = signed_in(alice).act(NEW, {"text": "Good."}, headers=IN_PLACE)
    comment = Comment.objects.get()
    assert answer.headers["HX-Trigger-After-Settle"] == f'{{"comment-posted": {{"id": {comment.pk}}}}}'
    assert answer.content.decode().count(f'id="comment-{comment.pk}"') == 1
    where = HTMX | {"hx-target": f"replies-{comment.pk}"}
    reply = signed_in(bob).act(f"/comments/{comment.pk}/reply", {"text": "Yes."}, headers=where)
    assert f'id="comment-{Comment.objects.get(parent=comment).pk}"' in reply.content.decode()


def test_htmx_gets_the_form_of_a_reply(paper, alice, bob, signed_in):
    comment = post(alice, paper)
    where = HTMX | {"hx-target": f"reply-{comment.pk}"}
    form = signed_in(bob).get(f"/comments/{comment.pk}/reply", headers=where).content.decode()
    assert f'hx-target="#replies-{comment.pk}"' in form
    assert "<html" not in form


@pytest.mark.parametrize(
    ("text", "status", "error"),
    [
        ("", 400, "This field is required."),
        ("x" * 10_001, 400, "at most 10,000 characters; this one has 10,001"),
        ("[a](https://a.example) https://b.example https://c.example", 400, "this one has 3"),
    ],
)
def test_a_refused_form_comes_back_filled(text, status, error, paper, newcomers, alice, signed_in):
    for headers in ({}, IN_PLACE):
        answer = signed_in(alice).act(NEW, {"text": text}, headers=headers)
        assert (answer.status_code, typed(answer)) == (status, text)
        assert error in answer.content.decode()
    assert answer.headers["HX-Retarget"] == "#id_new_form"
    assert not Comment.objects.exists()


def test_a_text_survives_a_session_that_ended(paper, alice, signed_in, stranger):
    answer = stranger.act(NEW, {"text": "An hour of work."})
    assert (answer.status_code, typed(answer)) == (403, "An hour of work.")
    assert "You are signed out. Sign in in another tab" in answer.content.decode()
    answer = signed_in(alice).post(NEW, {"text": "An hour of work.", "csrfmiddlewaretoken": "of-the-last-session"})
    assert (answer.status_code, typed(answer)) == (403, "An hour of work.")
    assert "post it again" in answer.content.decode()
    assert not Comment.objects.exists()


def test_a_preview_keeps_the_text_and_posts_nothing(paper, alice, signed_in):
    answer = signed_in(alice).act(NEW, {"text": "Not *yet*.", "preview": "1"})
    assert typed(answer) == "Not *yet*."
    assert "Not <em>yet</em>." in answer.content.decode()
    assert not Comment.objects.exists()


def test_an_edit_that_another_window_overtook_is_refused_and_kept(paper, alice, signed_in):
    comment, reader = post(alice, paper), signed_in(alice)
    reader.act(f"/comments/{comment.pk}/edit", {"text": "First.", "edit_count": 0})
    answer = reader.act(f"/comments/{comment.pk}/edit", {"text": "Second.", "edit_count": 0})
    assert (answer.status_code, typed(answer)) == (409, "Second.")
    comment.refresh_from_db()
    assert comment.text == "First."


def test_a_second_report_replaces_the_first(paper, alice, signed_in):
    report, reader = {"outcome": "works", "ran": "v1", "text": "Fine."}, signed_in(alice)
    reader.act("/papers/2509.08721/report", report)
    form = reader.get("/papers/2509.08721/report").content.decode()
    assert 'value="v1"' in form
    assert reader.act("/papers/2509.08721/report", report | {"outcome": "fails"}).status_code == 302
    assert Comment.objects.get().outcome == "fails"


def test_the_same_text_on_another_paper_is_refused_and_kept(paper, alice, signed_in):
    PaperFactory(arxiv_id="2509.00002")
    reader = signed_in(alice)
    reader.act(NEW, {"text": ADVERT})
    answer = reader.act("/papers/2509.00002/comments/new", {"text": ADVERT})
    assert (answer.status_code, typed(answer)) == (400, ADVERT)
    assert "same text today" in answer.content.decode()


def comments_until_refused(reader) -> tuple:
    """How many comments are posted at once, and the answer to the one that is too many."""
    for number in range(20):
        answer = reader.act(NEW, {"text": f"Comment number {number}."}, headers=IN_PLACE)
        if answer.status_code == 429:
            return number, answer
    raise AssertionError


def test_a_new_account_posts_three_comments_a_minute(paper, newcomers, alice, signed_in):
    number, answer = comments_until_refused(signed_in(alice))
    assert (number, typed(answer)) == (3, "Comment number 3.")
    assert 0 < int(answer.headers["Retry-After"]) <= 31
    assert "many comments in a short time" in answer.content.decode()


def test_an_older_account_posts_six_comments_a_minute(paper, alice, signed_in):
    alice.refresh_from_db()
    number, answer = comments_until_refused(signed_in(alice))
    assert number == 6
    assert 0 < int(answer.headers["Retry-After"]) <= 11


def test_an_upvote_is_answered_with_its_button(paper, alice, bob, signed_in):
    comment, reader = post(alice, paper), signed_in(bob)
    for _ in range(2):
        button = reader.act(f"/comments/{comment.pk}/vote", headers=HTMX).content.decode()
        assert f'formaction="/comments/{comment.pk}/vote/withdraw"' in button
        assert "Upvote, 1 so far" in button
    back = reader.act(f"/comments/{comment.pk}/vote/withdraw", {"next": "/papers/2509.08721", "at": "comment-7"})
    assert back.url == "/papers/2509.08721#comment-7"
    comment.refresh_from_db()
    assert comment.vote_count == 0


def test_links_of_comments_are_not_followed_by_search_engines(paper, alice, stranger):
    post(alice, paper, "See https://example.org")
    assert 'rel="nofollow ugc noopener"' in stranger.get("/papers/2509.08721").content.decode()


def test_a_moderator_hides_with_a_reason_that_all_read(paper, alice, bob, signed_in, stranger):
    comment = post(alice, paper, "Cheap pills.")
    post(bob, paper, "Please stop.", comment)
    moderator, path = signed_in(appoint(bob)), f"/moderation/comment/{comment.pk}"
    assert moderator.act(f"{path}/hide", {"reason": "", "seen": "0-0-0"}).status_code == 400
    moderator.act(f"{path}/hide", {"reason": "advertising", "seen": "0-0-0"})
    page = stranger.get("/papers/2509.08721").content.decode()
    assert "Hidden by a moderator: advertising" in page
    assert "Cheap pills" not in page
    assert "Cheap pills" in moderator.get(path).content.decode()
    moderator.act(f"/moderation/log/{Action.objects.get().pk}/undo", {"reason": "No."})
    assert "Cheap pills" in stranger.get("/papers/2509.08721").content.decode()


def test_a_text_survives_what_others_did_meanwhile(paper, alice, bob, signed_in):
    comment = post(alice, paper)
    post(bob, paper, "Yes.", comment)
    comment.retract(alice)
    answer = signed_in(bob).act(f"/comments/{comment.pk}/reply", {"text": "An hour of work."})
    assert (answer.status_code, typed(answer)) == (409, "An hour of work.")
    own = post(alice, paper, "Mine.")
    own.hide(appoint(bob), "spam")
    answer = signed_in(alice).act(f"/comments/{own.pk}/edit", {"text": "An hour of work.", "edit_count": 0})
    assert (answer.status_code, typed(answer)) == (404, "An hour of work.")


def test_a_block_of_code_keeps_its_spaces(paper, alice, signed_in):
    signed_in(alice).act(NEW, {"text": "    x = 1\n\nThat is all."})
    assert Comment.objects.get().text.startswith("    x = 1")


def test_what_is_refused_does_not_count(paper, newcomers, alice, signed_in):
    reader = signed_in(alice)
    for _ in range(5):
        reader.act(NEW, {"text": "https://a.example https://b.example https://c.example"})
    assert reader.act(NEW, {"text": "https://a.example"}).status_code == 302


def test_edits_are_limited_and_are_no_way_around_the_rules(paper, newcomers, alice, signed_in):
    reader, comment = signed_in(alice), post(alice, paper)
    post(alice, PaperFactory(), ADVERT)
    answer = reader.act(f"/comments/{comment.pk}/edit", {"text": ADVERT, "edit_count": 0})
    assert "same text today" in answer.content.decode()
    answers = [reader.act(f"/comments/{comment.pk}/edit", {"text": f"{n}.", "edit_count": n}) for n in range(9)]
    assert {answer.status_code for answer in answers} == {302, 429}


def test_a_hidden_report_is_refused_with_the_reason(paper, alice, signed_in):
    report = post(alice, paper, "Hush.", outcome="works", ran="v1")
    report.hide(appoint(alice), "advertising")
    page = signed_in(alice).get("/papers/2509.08721/report")
    assert page.status_code == 403
    assert "A moderator has hidden your report on this paper: advertising" in page.content.decode()


def test_an_old_form_does_not_overwrite_a_newer_report(paper, alice, signed_in):
    report, reader = {"outcome": "works", "ran": "v1", "text": "Fine."}, signed_in(alice)
    reader.act("/papers/2509.08721/report", report)
    reader.act("/papers/2509.08721/report", report | {"ran": "v2", "edit_count": 0})
    answer = reader.act("/papers/2509.08721/report", report | {"ran": "v3", "edit_count": 0})
    assert (answer.status_code, Comment.objects.get().ran) == (409, "v2")


def test_a_stranger_who_replies_is_led_to_sign_in(paper, alice, stranger):
    comment = post(alice, paper)
    answer = stranger.get(f"/comments/{comment.pk}/reply", headers=HTMX)
    assert answer.headers["HX-Redirect"] == f"/accounts/login/?next=/comments/{comment.pk}/reply"
