"""Every operation of the API × everybody: each tells a person, by a token, what the page tells that person.

The operations are taken from the OpenAPI document, so that a new one is walked, too. Scene and secrets are those of
`tests/test_walk.py`.
"""

import re

import pytest
from django.contrib.auth import SESSION_KEY, get_user_model
from django.db import transaction

from api.reference.document import build
from api.reference.sections import chapters
from tests.api.bearer import Program, token_of
from tests.conftest import Reader
from tests.test_walk import FORM, PEOPLE, leaks
from tests.test_walk import build_scene as build_site

ARGUMENTS = {"slug": "lab", "username": "hilda", "ref": "2509.08721", "comment_id": f"{9_000_001:024x}"}
COLLECTION = {"slug": "hush"}
# The address of an operation → the page that says the same.
PAGES = {
    "/api/papers": "/papers/month/2025-09",
    "/api/daily_papers": "/papers/month/2025-09",
    "/api/papers/2509.08721": "/papers/2509.08721",
    "/api/papers/2509.08721/comments": "/papers/2509.08721",
    "/api/papers/2509.08721/versions": "/papers/2509.08721/versions",
    "/api/organizations/lab/overview": "/orgs/lab",
    "/api/organizations/lab/papers": "/orgs/lab",
    "/api/users/hilda/overview": "/people/hilda",
    "/api/users/hilda/papers": "/people/hilda/submitted",
    "/api/topics": "/topics",
    "/api/collections": "/collections",
    "/api/collections/hush": "/collections/hush",
    "/api/moderation/log": "/moderation/log",
}
LISTS = {"/api/papers", "/api/daily_papers", "/api/organizations/lab/papers", "/api/users/hilda/papers"}
LISTS |= {"/api/collections/hush"}
CARD = re.compile(r'<h2><a href="/papers/(\d{4}\.\d{5})"')
pytestmark = pytest.mark.usefixtures("scene")


def addresses(method: str) -> list[str]:
    """The addresses of all operations with this method, about the lab, a hidden person and a private collection."""
    return [_address(path) for path, methods in build()["paths"].items() if method in methods]


def _address(path: str) -> str:
    return path.format(**ARGUMENTS | (COLLECTION if "/collections/" in path else {}))


def _form(address: str) -> dict:
    """What the form of all pages has and the operation at this address takes."""
    subjects = (rows for chapter in chapters(build()).values() for rows in chapter.values())
    operations = (operation for rows in subjects for operation in rows)
    names = {row.name for operation in operations if _address(operation.path) == address for row in operation.body}
    return {name: value for name, value in FORM.items() if name in names}


def build_scene() -> dict[str, tuple[Program, Reader]]:
    """For each kind of person, a program with a token for everything, and the browser."""
    return {who: (Program(_token(reader)), reader) for who, reader in build_site().items()}


def _token(reader: Reader) -> str:
    user = get_user_model().objects.filter(pk=reader.session.get(SESSION_KEY)).first()
    return token_of(user) if user else ""


def papers_of(data) -> set[str]:
    """The arXiv ids of the rows or of the items in an answer."""
    return {row["id"] for row in (data["items"] if isinstance(data, dict) else data)}


def test_every_page_of_the_table_has_an_operation():
    assert PAGES.keys() <= set(addresses("get"))


@pytest.mark.parametrize("who", PEOPLE)
def test_an_operation_answers_whom_its_page_answers(who, scene):
    program, reader = scene[who]
    answers = {path: (program.get(path).status_code, reader.get(page).status_code) for path, page in PAGES.items()}
    assert {path: pair for path, pair in answers.items() if pair[0] != pair[1]} == {}


@pytest.mark.parametrize("who", PEOPLE)
def test_a_list_has_the_papers_of_its_page(who, scene):
    program, reader = scene[who]
    for path in LISTS:
        answer, page = program.get(path), reader.get(PAGES[path])
        if page.status_code == 200:
            assert papers_of(answer.json()) == set(CARD.findall(page.content.decode())), path


@pytest.mark.parametrize("who", PEOPLE)
def test_no_answer_tells_a_secret(who, scene):
    program, _ = scene[who]
    wrong = []
    for path in addresses("get"):
        for variant in (
            "",
            "?q=Roadmap",
            "?field=comments",
            "?of=upvoted&limit=3",
            "?owner=hilda&owner=rita&owner=lab",
        ):
            if "users/hilda" not in path:
                wrong += [f"{path}{variant}: {secret}" for secret in leaks(who, program.get(path + variant))]
    assert wrong == []


@pytest.mark.parametrize("who", PEOPLE)
def test_no_refusal_and_no_change_tells_a_secret(who, scene):
    program, _ = scene[who]
    wrong = []
    for path in addresses("post"):
        with transaction.atomic():
            wrong += [f"{path}: {secret}" for secret in leaks(who, program.call(path, _form(path)))]
            transaction.set_rollback(True)
    assert wrong == []


def test_who_bears_no_token_changes_nothing(scene):
    program, reader = scene["anonymous"][0], scene["owner"][1]
    for path in addresses("post"):
        assert program.call(path, FORM).status_code == 401, path
        assert reader.post(path, FORM, content_type="application/json").status_code == 401, path
