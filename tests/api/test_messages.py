"""Every operation says in plain words, with the names of the API, what is wrong with each value that it was sent."""

import re

import pytest

from api.reference.document import build
from api.reference.sections import chapters
from tests.api.bearer import Program
from tests.api.writing import operations

pytestmark = pytest.mark.usefixtures("scene")
build_scene = operations.build_scene
_SUBJECTS = [rows for chapter in chapters(build()).values() for rows in chapter.values()]
OPERATIONS = [operation for rows in _SUBJECTS for operation in rows]
JARGON = re.compile(r"should|unable|pars|valid|Field required|This field|\bvalue\b|string|integer|ignored|Found")
VALUES = {"ref": "2509.08721", "comment_id": operations.OTHERS, "slug": "autumn", "username": "alice"}


def address(operation) -> str:
    return operation.path.format(**VALUES)


@pytest.mark.parametrize("value", ["x" * 1_100, "-1", "", "7.5", "votes:abc"])
def test_each_parameter(value, scene):
    program, wrong = Program(scene["alice"]), []
    for operation in (row for row in OPERATIONS if row.method == "GET"):
        params = {row.name: value for row in operation.parameters if row.place == "query"}
        answer = program.get(address(operation), params)
        error = answer.json()["error"] if answer.status_code >= 400 else ""
        wrong += [(operation.path, error)] * bool(JARGON.search(error.replace(value, "")) if value else False)
    assert wrong == []


@pytest.mark.parametrize("value", [7, [[]], "", "x" * 20_000, None])
def test_each_member_of_a_body(value, scene):
    program, wrong = Program(scene["alice"]), []
    for operation in (row for row in OPERATIONS if row.body):
        for body in ({row.name: value for row in operation.body}, {}):
            answer = program.call(address(operation), body)
            error = answer.json().get("error", "")
            wrong += [(operation.path, error)] * bool(JARGON.search(error))
    assert wrong == []


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/api/daily_papers?limit=x", "limit: This must be a whole number."),
        ("/api/daily_papers?limit=1000&sort=x", "limit: This must be at most 100. sort: This must be publishedAt,"),
        ("/api/papers?after=x", "after: This must be a day such as 2025-09-10."),
        ("/api/papers?after=2025-09-10&before=2025-09-09", "before: This is before the first day."),
        ("/api/papers/search", "q: This is missing."),
        ("/api/papers/search?q=", "q: This must not be empty."),
        ("/api/papers/search?q=a+votes:abc", "“votes:abc” can't be read: write it as votes:10."),
        ("/api/papers/2509.08721/comments?parent=x", "parent: This must be an id as answers have it: 24 digits"),
    ],
)
def test_what_is_wrong_with_a_parameter(path, error):
    answer = Program().get(path)
    assert (answer.status_code, answer.json()["error"][: len(error)]) == (400, error)


def test_a_parameter_that_an_operation_does_not_know_is_ignored():
    assert Program().get("/api/papers?limt=1").json() == Program().get("/api/papers").json()


def test_an_address_that_names_no_paper_is_answered_in_a_sentence(scene):
    answer = Program(scene["alice"]).call("/api/papers/9999.99999/vote")
    assert (answer.status_code, answer.json()["error"]) == (404, "Not found, or you may not see it.")
