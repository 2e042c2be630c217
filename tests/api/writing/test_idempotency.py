"""A request with an Idempotency-Key is done once, whatever happens between the two times that it is sent."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from api.models import StoredAnswer
from api.models.storedanswer import Sent
from api.tasks import forget_answers
from lib.refusals import Conflict
from papers.models import Comment, Paper, Submission, Vote
from tests.api.bearer import Program, token_of
from tests.factories import RECORD, PaperFactory, UserFactory
from tests.race import race

PATH = "/api/papers/2509.08721/comment"
ONE, TWO = {"comment": "First."}, {"comment": "Second."}


@pytest.fixture
def program(alice, paper):
    return Program(token_of(alice))


def send(program, body=ONE, key="a", path=PATH):
    return program.call(path, body, **{"Idempotency-Key": key})


def test_the_same_request_gets_the_same_answer_and_changes_nothing_more(program, alice):
    first = send(program)
    Comment.objects.get().retract(alice)  # so that the same text would be another comment
    again = send(program)
    assert (first.status_code, first.content) == (again.status_code, again.content) == (201, first.content)
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (None, "true")
    assert again.headers["Content-Type"] == first.headers["Content-Type"] == "application/json"
    assert Comment.objects.count() == 1
    assert send(program, key="b").json()["id"] != first.json()["id"]


def test_the_key_of_another_request_is_refused(program, alice):
    send(program)
    PaperFactory(arxiv_id="2509.00002")
    for body, path in ((TWO, PATH), (ONE, "/api/papers/2509.00002/comment"), (ONE, f"{PATH}?x=1")):
        answer = send(program, body, path=path)
        assert (answer.status_code, Comment.objects.count()) == (409, 1)
        assert "another request" in answer.json()["error"]
    assert send(program).headers["Idempotency-Replayed"] == "true"


def test_keys_belong_to_people_not_to_tokens(program, alice, bob):
    send(program)
    assert send(Program(token_of(alice))).headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in send(Program(token_of(bob))).headers
    assert Comment.objects.count() == 2


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_without_characters_or_with_too_many_is_refused(program, key):
    answer = send(program, key=key)
    assert (answer.status_code, Comment.objects.count()) == (400, 0)
    assert "1 to 200 characters" in answer.json()["error"]
    assert send(program, key="x" * 200).status_code == 201


def test_what_was_refused_can_be_sent_again(program, paper):
    Paper.objects.update(locked_reason="Heated.")
    assert send(program).status_code == 403
    assert not StoredAnswer.objects.exists()
    Paper.objects.update(locked_reason="")
    answer = send(program)
    assert (answer.status_code, "Idempotency-Replayed" in answer.headers) == (201, False)


def test_what_goes_on_is_not_stored(program):
    body, path = {"arxivId": "2509.77777"}, "/api/papers/index"
    assert send(program, body, path=path).status_code == 202
    Submission.objects.update(state="failed", problem="arXiv has no such paper.")
    answer = send(program, body, path=path)
    assert (answer.status_code, answer.json()["error"]) == (409, "arXiv has no such paper.")
    assert Submission.objects.count() == 1


def test_a_submission_goes_on_with_the_same_key_until_it_is_listed(program):
    body, path = {"paper_id": "2509.77777"}, "/api/papers/submit"
    assert send(program, body, path=path).json()["state"] == "waiting"
    Submission.objects.update(state="fetched", record=replace(RECORD, arxiv_id="2509.77777").as_json())
    listed = send(program, body, path=path)
    assert (listed.status_code, listed.json()["state"]) == (201, "listed")
    again = send(program, body, path=path)
    assert (again.content, again.headers["Idempotency-Replayed"]) == (listed.content, "true")


def test_an_error_of_ours_leaves_neither_the_change_nor_the_key(program, monkeypatch):
    def fail(*args):
        raise ZeroDivisionError

    monkeypatch.setattr(StoredAnswer, "store", fail)
    with pytest.raises(ZeroDivisionError):
        send(program)
    assert (Comment.objects.count(), StoredAnswer.objects.count()) == (0, 0)
    monkeypatch.undo()
    assert send(program).status_code == 201


def test_keys_are_honoured_for_a_day(program, alice, time_machine):
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    send(program)
    time_machine.move_to(now + timedelta(hours=23, minutes=59), tick=False)
    forget_answers(0)
    assert send(program).headers["Idempotency-Replayed"] == "true"
    time_machine.move_to(now + timedelta(days=1), tick=False)
    answer = send(program, TWO)
    assert (answer.status_code, "Idempotency-Replayed" in answer.headers, Comment.objects.count()) == (201, False, 2)
    assert send(program, TWO).headers["Idempotency-Replayed"] == "true"


def test_old_keys_are_forgotten_at_night(program, time_machine):
    send(program)
    time_machine.move_to(timezone.now() + timedelta(days=2))
    forget_answers(0)
    assert not StoredAnswer.objects.exists()


def test_a_deleted_account_leaves_no_answer(program, alice):
    send(program)
    alice.leave()
    assert not StoredAnswer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_is_done_and_all_get_its_answer():
    PaperFactory(arxiv_id="2509.08721")
    alice = UserFactory()
    token = token_of(alice)
    answers = race(*[lambda: send(Program(token))] * 5)
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 4
    assert Comment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_requests_with_one_key_at_once_one_is_refused():
    PaperFactory(arxiv_id="2509.08721")
    token = token_of(UserFactory())
    answers = race(lambda: send(Program(token), ONE), lambda: send(Program(token), TWO))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert Comment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_dies_loses_the_change_and_the_key():
    """As when a process is killed after the verb: the database rolls both back."""
    paper, alice = PaperFactory(arxiv_id="2509.08721"), UserFactory()
    sent = Sent("POST", "/api/papers/2509.08721/vote", b"{}")

    def die():
        with transaction.atomic():
            StoredAnswer.objects.reserve(alice, "a", sent)
            Vote.objects.make(alice, paper)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    [outcome] = race(die)
    assert isinstance(outcome, Exception)
    assert (Vote.objects.count(), StoredAnswer.objects.count()) == (0, 0)
    with transaction.atomic():
        assert StoredAnswer.objects.reserve(alice, "a", sent).status is None


@pytest.mark.django_db(transaction=True)
def test_a_key_is_used_again_while_its_old_answer_is_forgotten():
    alice, sent, jobs = UserFactory(), Sent("POST", "/x", b"1"), [StoredAnswer.objects.forget]
    StoredAnswer.objects.create(user=alice, key="a", digest="of old", made_at=timezone.now() - timedelta(days=2))

    def forget_after_the_insert(execute, sql, *args):
        execute(sql, *args)
        while jobs and sql.startswith("INSERT"):
            race(jobs.pop())

    with connection.execute_wrapper(forget_after_the_insert), transaction.atomic():
        row = StoredAnswer.objects.reserve(alice, "a", sent)
    assert (row.digest, row.status, jobs) == (sent.digest, None, [])


def test_a_row_of_another_request_is_no_answer(alice):
    with transaction.atomic():
        StoredAnswer.objects.reserve(alice, "a", Sent("POST", "/x", b"1")).store(200, b"{}")
        assert StoredAnswer.objects.reserve(alice, "a", Sent("POST", "/x", b"1")).status == 200
        for other in (Sent("GET", "/x", b"1"), Sent("POST", "/y", b"1"), Sent("POST", "/x", b"2")):
            with pytest.raises(Conflict):
                StoredAnswer.objects.reserve(alice, "a", other)
