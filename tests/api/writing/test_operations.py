"""Every operation that changes something × scopes × people: idempotent, POST only, with the right token alone."""

import json
import logging
import re

import pytest
from django.apps import apps
from django.urls import Resolver404, resolve
from django.utils import timezone

from accounts.models import User
from api.contract import api
from api.models import Scope, Token
from papers.models import AuthorClaim, Collection, Comment, Item, Paper, Submission
from tests.api.bearer import Program, token_of
from tests.api.writing import operations
from tests.api.writing.operations import EVERY
from tests.conftest import Reader
from tests.database import contents as rows_of
from tests.factories import UserFactory, appoint

pytestmark = pytest.mark.usefixtures("scene")
build_scene = operations.build_scene
OF_ALICE = [AuthorClaim, Collection, Item, Submission]


@pytest.fixture(params=EVERY)
def operation(request):
    return EVERY[request.param]


def contents() -> dict:
    """A digest of every table but those of tokens, whose use is noted."""
    return {table: digest for table, digest in rows_of().items() if table != Token._meta.db_table}


def alice() -> User:
    return User.objects.get(username="alice")


def test_these_are_all_operations():
    walked = {resolve(path).route for path in EVERY}
    called = {resolve(_filled(path)).route for path in operations.paths()}
    assert called == walked


def test_no_operation_hides_another_of_its_address():
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method in methods:
            assert Program().generic(method.upper(), _filled(path)).status_code != 405, (method, path)


def _filled(path: str) -> str:
    values = {"ref": "2509.08721", "comment_id": operations.OWN, "slug": "autumn"}
    return re.sub(r"{(\w+)}", lambda match: values.get(match[1], "x"), path)


def test_it_changes_something_and_twice_is_once(operation):
    program, before = Program(token_of(alice(), operation.scope)), contents()
    varying = dict.fromkeys(("isNew", "lastUpdated"), "")
    answer = program.call(operation.path, operation.body)
    assert (answer.status_code, answer.headers["Content-Type"]) == (operation.status, "application/json")
    after = contents()
    assert after != before
    again = program.call(operation.path, operation.body)
    assert again.status_code in (200, 201, 202)
    assert {**again.json(), **varying} == {**answer.json(), **varying}
    assert {**contents(), "papers_collection": ""} == {**after, "papers_collection": ""}  # which notes every change


def test_with_a_key_it_does_the_same_and_counts_outside_of_the_transaction(operation):
    """The latter is what `Program` checks of each request."""
    program = Program(token_of(alice(), operation.scope))
    answer = program.call(operation.path, operation.body, **{"Idempotency-Key": "a"})
    assert answer.status_code == operation.status


@pytest.mark.parametrize("scope", Scope.values)
def test_any_other_scope_changes_nothing(operation, scope):
    if scope == operation.scope:
        pytest.skip("this one is the right scope")
    token, before = token_of(alice(), scope), contents()
    answer = Program(token).call(operation.path, operation.body)
    assert (answer.status_code, contents()) == (403, before)
    assert answer.json()["error"] == f"This access token lacks the scope “{operation.scope}”. It has: {scope}."


def test_nobody_without_a_token_changes_anything(operation):
    before = contents()
    for program in (Program(), Program("hf_nobodys")):
        answer = program.call(operation.path, operation.body)
        assert (answer.status_code, answer.headers["WWW-Authenticate"], contents()) == (401, "Bearer", before)


def test_a_session_changes_nothing(operation):
    browser, before = Reader(alice()), contents()
    token = browser.cookies["csrftoken"].value
    answer = browser.post(
        operation.path, operation.body or {}, content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert (answer.status_code, contents()) == (401, before)


def test_a_session_beside_a_token_is_not_who_acts(scene):
    browser = Reader(alice())
    browser.post(
        "/api/papers/2509.08721/vote",
        {},
        content_type="application/json",
        headers={"authorization": f"Bearer {scene['carol']}"},
    )
    voters = Paper.objects.get(arxiv_id="2509.08721").votes.values_list("user__username", flat=True)
    assert list(voters) == ["carol"]


def test_get_is_refused(operation, scene):
    before = contents()
    answer = Program(scene["alice"]).get(operation.path)
    is_read = operation.path == "/api/collections"  # the list of them
    assert (answer.status_code, contents()) == (200 if is_read else 405, before)


def test_others_change_nothing_of_what_is_alices(operation, scene):
    if not operation.is_own:
        pytest.skip("anybody may do this")
    before = {**rows_of(*OF_ALICE), **_texts()}
    for name in ("bob", "carol"):
        answer = Program(scene[name]).call(operation.path, operation.body)
        assert answer.status_code in (202, 403, 404)
        Submission.objects.exclude(user=alice()).delete()
        assert {**rows_of(*OF_ALICE), **_texts()} == before


def _texts() -> dict:
    comments = Comment.objects.filter(author__username="alice").values_list("text", "retracted_at")
    return {"comments": list(comments), "links": list(Paper.objects.order_by("pk").values_list("project_url"))}


def test_somebody_suspended_changes_nothing(operation, scene):
    alice().suspend(appoint(UserFactory()), "Spam")
    before = contents()
    answer = Program(scene["alice"]).call(operation.path, operation.body)
    assert (answer.status_code, contents()) == (401, before)


@pytest.mark.parametrize("body", [b'{"comment": ', b"[]", b'"text"', b"null", b"\xff\xfe", b"[" * 50_000])
def test_a_body_that_cannot_be_read_is_refused(scene, body):
    before = contents()
    for operation in (operation for operation in EVERY.values() if operation.body):
        answer = Program(scene["alice"]).post(operation.path, body, content_type="application/json")
        assert (answer.status_code, answer.json()["error"]) == (400, "Send a JSON object in UTF-8.")
    assert contents() == before


@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=x", "multipart/form-data", "text/plain", ""])
def test_a_body_is_json_whatever_its_type_says(scene, content_type):
    headers = {"authorization": f"Bearer {scene['alice']}", "idempotency-key": content_type or "none"}
    for path, body, status in (("vote", b"", 200), ("vote", b"--x--", 200), ("comment", b'{"comment": "New."}', 201)):
        key = headers | {"idempotency-key": f"{content_type}{path}{body}"}
        answer = Program().post(f"/api/papers/2509.08721/{path}", body, content_type=content_type, headers=key)
        assert answer.status_code == status
    answer = Program().post("/api/papers/2509.08721/comment", b"--x--", content_type=content_type, headers=headers)
    assert answer.status_code == 400


@pytest.mark.parametrize("value", [{"a": 1}, ["x"], 7])
def test_a_value_of_another_type_is_refused_by_its_name(scene, value):
    before = contents()
    for operation in (operation for operation in EVERY.values() if operation.body):
        for name in operation.body:
            answer = Program(scene["alice"]).call(operation.path, operation.body | {name: value})
            assert (answer.status_code, ":" in answer.json()["error"]) == (400, True), (operation.path, name)
    assert contents() == before


def test_a_member_that_an_operation_does_not_know_is_refused_by_its_name(scene):
    before = contents()
    for operation in (operation for operation in EVERY.values() if operation.body):
        answer = Program(scene["alice"]).call(operation.path, operation.body | {"coment": "x"})
        expected = (400, "coment: This operation takes no such member.")
        assert (answer.status_code, answer.json()["error"]) == expected, operation.path
    nested = {"item": operations.ITEM["item"] | {"kind": "paper"}}
    answer = Program(scene["alice"]).call("/api/collections/autumn/items", nested)
    assert answer.json()["error"] == "item.kind: This operation takes no such member."
    assert contents() == before


@pytest.mark.parametrize("text", ["\0", "\ud800", "a\0b"])
def test_text_that_cannot_be_stored_is_refused(scene, text):
    before = contents()
    for operation in (operation for operation in EVERY.values() if operation.body):
        for name in (name for name, value in operation.body.items() if isinstance(value, str)):
            body = json.dumps(operation.body | {name: text}).encode()
            answer = Program(scene["alice"]).post(operation.path, body, content_type="application/json")
            assert answer.status_code == 400, (operation.path, name, answer.content)
    assert contents() == before


def test_an_unknown_paper_comment_and_collection_are_not_found(scene):
    program = Program(scene["alice"])
    for path, body in (
        ("/api/papers/2509.99999/vote", {}),
        ("/api/papers/2509.99999/comment", {"comment": "Hello."}),
        (f"/api/papers/2509.08721/comment/{'f' * 24}/retract", {}),
        (f"/api/papers/2509.00002/comment/{operations.OWN}/retract", {}),
        ("/api/collections/winter/items", operations.ITEM),
        ("/api/flags", {"kind": "comment", "id": "f" * 24, "reason": "spam"}),
    ):
        answer = program.call(path, body)
        assert (answer.status_code, answer.json()["error"].startswith("Not found, or")) == (404, False), path


def test_an_id_of_another_form_is_no_address(scene):
    answer = Program(scene["alice"]).call("/api/papers/2509.08721/comment/7/retract")
    assert answer.status_code == 400
    with pytest.raises(Resolver404):
        resolve("/api/papers/nonsense/vote")


def test_a_moderator_with_a_token_changes_what_a_member_may(scene):
    moderator = appoint(UserFactory(), is_superuser=True)
    program, before = Program(token_of(moderator)), {**rows_of(*OF_ALICE), **_texts()}
    for operation in (operation for operation in EVERY.values() if operation.is_own):
        assert program.call(operation.path, operation.body).status_code in (202, 403, 404)
        moderator.submissions.all().delete()
    assert {**rows_of(*OF_ALICE), **_texts()} == before


def test_no_log_job_or_event_has_the_token(operation, caplog):
    caplog.set_level(logging.DEBUG)
    token = token_of(alice(), operation.scope)
    Program(token).call(operation.path, operation.body)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: 1 / 0)  # an error of ours
        with pytest.raises(ZeroDivisionError):
            Program(token).call(operation.path, operation.body)
    assert token not in caplog.text + json.dumps(_everything(), default=str)


def _everything() -> list:
    return [list(model.objects.values()) for model in apps.get_models() if model._meta.managed]
