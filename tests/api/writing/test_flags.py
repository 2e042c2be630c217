"""Flags by the API are those of pages, within the same limits and with the same words."""

import pytest
from django.utils import timezone

from api.rows.values import object_id
from moderation.models import Flag
from papers.models import Comment, Content
from tests.api.bearer import Program, token_of

PATH = "/api/flags"


@pytest.fixture
def program(alice, paper):
    return Program(token_of(alice))


def test_a_flag_reaches_moderators_once(program, bob, paper):
    comment = Comment.objects.post(bob, paper, Content("Buy this."))
    body = {"kind": "comment", "id": object_id(comment.pk), "reason": "spam"}
    assert [program.call(PATH, body).json() for _ in range(2)] == [{"isNew": True}, {"isNew": False}]
    assert program.call(PATH, body | {"reason": "other", "details": "Odd."}).json() == {"isNew": False}
    assert list(Flag.objects.values_list("user__username", "reason", "details")) == [("alice", "other", "Odd.")]


@pytest.mark.parametrize(("kind", "id"), [("paper", "2509.08721v1"), ("organisation", "lab"), ("person", "bob")])
def test_other_things_are_named_as_their_pages(program, bob, lab, kind, id):
    assert program.call(PATH, {"kind": kind, "id": id, "reason": "spam"}).json() == {"isNew": True}


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"kind": "paper", "id": "2509.08721", "reason": "other"}, 400, "details: Say what is wrong."),
        ({"kind": "paper", "id": "2509.08721", "reason": "abuse"}, 400, "reason: Select a valid choice."),
        ({"kind": "person", "id": "alice", "reason": "spam"}, 403, "You can't flag what is your own."),
        ({"kind": "person", "id": "nobody", "reason": "spam"}, 404, "There is no such person."),
        ({"kind": "authorclaim", "id": "1", "reason": "spam"}, 400, "kind: "),
        ({"kind": "comment", "id": "46", "reason": "spam"}, 404, "There is no comment with this id. In answers,"),
        ({"kind": "paper", "id": "46", "reason": "spam"}, 404, "“46” is not"),
    ],
)
def test_what_the_page_refuses_is_refused(program, body, status, error):
    answer = program.call(PATH, body)
    assert (answer.status_code, answer.json()["error"][: len(error)]) == (status, error)
    assert not Flag.objects.exists()


def test_pages_and_the_api_have_one_limit(program, alice, bob, lab, signed_in, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    reader, body = signed_in(alice), {"kind": "person", "id": "bob", "reason": "spam"}
    for _ in range(15):
        assert reader.act("/flag/organisation/lab", {"reason": "spam"}).status_code == 302
        assert program.call(PATH, body).status_code == 200
    answer = program.call(PATH, body)
    assert (answer.status_code, "flagged a lot today" in answer.json()["error"]) == (429, True)
