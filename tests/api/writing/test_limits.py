"""The limits of operations count what is refused, too, with and without an Idempotency-Key."""

import pytest
from django.utils import timezone

from tests.api.bearer import Program, token_of

PAPER = "/api/papers/2509.08721"


@pytest.fixture(autouse=True)
def still(time_machine):
    time_machine.move_to(timezone.now(), tick=False)


def statuses(program, path, body, number, *, has_key) -> list[int]:
    keys = [{"Idempotency-Key": f"key {index}"} if has_key else {} for index in range(number)]
    return [program.call(PAPER + path, body, **key).status_code for key in keys]


@pytest.mark.parametrize("has_key", [False, True])
@pytest.mark.parametrize(
    ("path", "body", "status"), [("/comment", {"comment": ""}, 400), ("/links", {"githubRepo": None}, 403)]
)
def test_refused_requests_count_for_the_person(path, body, status, has_key, alice, paper):
    answers = statuses(Program(token_of(alice)), path, body, 65, has_key=has_key)
    assert (set(answers[:60]), answers[-1]) == ({status}, 429)


@pytest.mark.parametrize("has_key", [False, True])
def test_comments_that_a_locked_discussion_refuses_count(has_key, alice, paper):
    type(paper).objects.update(locked_reason="Heated.")
    answers = statuses(Program(token_of(alice)), "/comment", {"comment": "Hello."}, 7, has_key=has_key)
    assert answers == [403] * 6 + [429]


def test_an_answer_that_is_given_again_counts_once(alice, paper):
    program, body = Program(token_of(alice)), {"comment": "Hello."}
    answers = [program.call(f"{PAPER}/comment", body, **{"Idempotency-Key": "a"}).status_code for _ in range(5)]
    assert answers == [201] * 5
    more = [{"comment": f"More {number}."} for number in range(6)]
    assert [program.call(f"{PAPER}/comment", body).status_code for body in more] == [201] * 5 + [429]
