"""Comments and reports by the API are those of pages, within the same limits and with the same words."""

import pytest
from django.utils import timezone

from api.rows.values import object_id
from papers.models import Comment, CommentVote, Content
from tests.api.bearer import Program, token_of
from tests.factories import UserFactory, appoint

PATH = "/api/papers/2509.08721/comment"


@pytest.fixture
def program(alice, paper):
    return Program(token_of(alice))


def own(alice, paper, text="Good.") -> Comment:
    return Comment.objects.post(alice, paper, Content(text))


def test_a_comment_is_on_the_page(program, stranger):
    answer = program.call(PATH, {"comment": "Proves **it**, as $x^2$."})
    comment = Comment.objects.get()
    row = answer.json()
    raw = row["data"]["latest"]["raw"]
    assert (answer.status_code, row["id"], raw) == (201, object_id(comment.pk), "Proves **it**, as $x^2$.")
    assert row["url"] == f"http://127.0.0.1:8000/comments/{comment.pk}"
    assert program.get(f"{PATH}s").json() == [row]
    assert "<strong>it</strong>" in stranger.get("/papers/2509.08721/comments").content.decode()


@pytest.mark.parametrize(("is_shown", "marks"), [(True, ["submitter"]), (False, [])])
def test_an_answer_says_that_its_author_submitted_the_paper_only_if_everybody_may_see_that(
    is_shown, marks, program, alice, paper
):
    type(paper).objects.update(submitted_by=alice)
    type(alice).objects.update(shows_submissions=is_shown)
    assert program.call(PATH, {"comment": "Mine."}).json()["marks"] == marks


def test_a_reply_stands_below_its_comment(program, bob, paper):
    parent = own(bob, paper)
    row = program.call(f"{PATH}/{object_id(parent.pk)}/reply", {"comment": "I agree."}).json()
    assert list(parent.replies.values_list("pk", "author__username")) == [(int(row["id"], 16), "alice")]


def test_a_comment_on_another_paper_is_not_below_this_one(program, bob, paper):
    comment = own(bob, paper)
    path = f"/api/papers/2509.00002/comment/{object_id(comment.pk)}/reply"
    assert program.call(path, {"comment": "I agree."}).json() == {"error": "This paper has no such comment."}
    assert not comment.replies.exists()


def test_an_edit_keeps_the_former_text_and_replaces_no_other_edit(program, alice, paper):
    comment = own(alice, paper)
    path = f"{PATH}/{object_id(comment.pk)}/edit"
    assert program.call(path, {"comment": "Better.", "numEdits": 0}).json()["data"]["numEdits"] == 1
    answer = program.call(path, {"comment": "Mine.", "numEdits": 0})
    assert (answer.status_code, Comment.objects.get().text) == (409, "Better.")
    edited = program.call(path, {"comment": "Mine."}).json()
    assert edited["data"]["latest"]["raw"] == "Mine."
    assert program.get(f"{PATH}s").json() == [edited]
    assert list(comment.revisions.values_list("text", flat=True)) == ["Good.", "Better."]


def test_nobody_edits_or_retracts_the_comments_of_others(program, bob, paper):
    comment = own(bob, paper)
    for verb, error in (("edit", "You can only edit your own comments."), ("retract", "You can only delete your own")):
        answer = program.call(f"{PATH}/{object_id(comment.pk)}/{verb}", {"comment": "Mine."})
        assert (answer.status_code, answer.json()["error"].startswith(error)) == (403, True)
    assert Comment.objects.values("text", "retracted_at").get() == {"text": "Good.", "retracted_at": None}


def test_an_answer_has_no_replies_but_says_that_there_are_some(program, alice, bob, paper):
    comment = own(alice, paper)
    Comment.objects.post(bob, paper, Content("Why?"), comment)
    row = program.call(f"{PATH}/{object_id(comment.pk)}/edit", {"comment": "Better."}).json()
    assert (row["replies"], row["hasMoreReplies"]) == ([], True)


def test_upvotes_of_comments_count_once(program, bob, paper):
    comment = own(bob, paper)
    path, id = f"{PATH}/{object_id(comment.pk)}/vote", object_id(comment.pk)
    for end, upvotes in (("", 1), ("", 1), ("/withdraw", 0), ("/withdraw", 0)):
        assert program.call(path + end).json() == {"id": id, "upvotes": upvotes, "upvoted": bool(upvotes)}
    assert not CommentVote.objects.exists()


def test_a_second_report_replaces_the_first(program, alice):
    path, form = "/api/papers/2509.08721/report", {"outcome": "works", "ran": "v1.0", "comment": "As described."}
    first = program.call(path, form).json()
    second = program.call(path, form | {"outcome": "fails", "hardware": "1 GPU", "duration": "2 h"}).json()
    assert second["id"] == first["id"]
    assert second["reproduction"] == {"outcome": "fails", "ran": "v1.0", "hardware": "1 GPU", "duration": "2 h"}
    assert program.get(f"{PATH}s").json() == [second]
    assert Comment.objects.get().content == Content("As described.", "fails", "v1.0", "1 GPU", "2 h")


def test_what_a_second_report_leaves_out_stays_as_it_is(program):
    path, first = "/api/papers/2509.08721/report", {"outcome": "works", "ran": "v1.0", "hardware": "1 GPU"}
    program.call(path, first | {"comment": "As described.", "duration": "2 h"})
    program.call(path, {"outcome": "partly", "ran": "v1.1", "duration": ""})
    assert Comment.objects.get().content == Content("As described.", "partly", "v1.1", "1 GPU", "")


@pytest.mark.parametrize(
    ("path", "body", "error"),
    [
        (PATH, {"comment": ""}, "comment: This must not be empty."),
        (PATH, {"comment": "x" * 10_001}, "A comment has at most 10,000 characters; this one has 10,001."),
        ("/api/papers/2509.08721/report", {"outcome": "works", "ran": ""}, "ran: This must not be empty."),
    ],
)
def test_what_the_form_refuses_is_refused(program, path, body, error):
    answer = program.call(path, body)
    assert (answer.status_code, answer.json(), Comment.objects.count()) == (400, {"error": error}, 0)


def test_a_locked_discussion_says_why(program, paper):
    paper.lock_discussion(appoint(UserFactory()), "Heated.")
    answer = program.call(PATH, {"comment": "Hello."})
    assert (answer.status_code, "Heated." in answer.json()["error"], Comment.objects.count()) == (403, True, 0)


def test_a_long_comment_arrives_and_a_longer_body_does_not(program):
    assert program.call(PATH, {"comment": "𝔛" * 10_000}).status_code == 201
    assert program.call(PATH, {"comment": "x" * 300_000}).status_code == 413


def test_pages_and_the_api_have_one_limit(program, alice, signed_in, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    reader = signed_in(alice)
    for number in range(3):
        assert reader.act("/papers/2509.08721/comments/new", {"text": f"By page {number}."}).status_code == 302
        assert program.call(PATH, {"comment": f"By API {number}."}).status_code == 201
    answer = program.call(PATH, {"comment": "One more."})
    assert answer.json() == {"error": "You have posted many comments in a short time. Try again in a moment."}
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (429, True)
    assert reader.act("/papers/2509.08721/comments/new", {"text": "One more."}).status_code == 429
    assert Comment.objects.count() == 6
