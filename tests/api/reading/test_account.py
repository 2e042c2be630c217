"""What only the person of a token reads: that person's bookmarks."""

import pytest

from papers.models import Bookmark
from tests.api.bearer import Program, token_of
from tests.factories import PaperFactory

PATH = "/api/bookmarks"


@pytest.fixture
def saved(alice, bob):
    papers = [PaperFactory(title=title) for title in ("Graphs", "Trees", "Fields")]
    for person, paper in ((alice, papers[0]), (alice, papers[1]), (bob, papers[2])):
        Bookmark.objects.make(person, paper)
    return papers


def test_bookmarks_are_the_persons_own_the_last_one_first(saved, alice, bob):
    assert titles(Program(token_of(alice)).get(PATH)) == ["Trees", "Graphs"]
    assert titles(Program(token_of(bob, "read")).get(PATH)) == ["Fields"]


def test_bookmarks_have_filters_and_pages_as_other_lists(saved, alice):
    program = Program(token_of(alice))
    first = program.get(PATH, {"limit": 1})
    following = first.headers["Link"].partition("http://127.0.0.1:8000")[2].partition(">")[0]
    assert (titles(first), titles(program.get(following))) == (["Trees"], ["Graphs"])
    assert titles(program.get(PATH, {"q": "graphs", "by": "words"})) == ["Graphs"]
    assert "private" in first.headers["Cache-Control"]


def test_bookmarks_need_a_token_that_may_read(saved, alice):
    assert Program().get(PATH).status_code == 401
    answer = Program(token_of(alice, "keep")).get(PATH)
    assert (answer.status_code, "lacks the scope “read”" in answer.json()["error"]) == (403, True)


def titles(answer) -> list[str]:
    return [row["title"] for row in answer.json()]
