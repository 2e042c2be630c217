"""Upvotes and bookmarks by the API are those of pages, within the same limits and with the same words."""

from datetime import timedelta

import pytest
from django.utils import timezone

from papers.models import Bookmark, Vote, VoteNetwork, VoteSalt
from papers.models.votestate import VoteState
from tests.api.bearer import Program, token_of
from tests.factories import PaperFactory, UserFactory

VOTE, BOOKMARK = "/api/papers/2509.08721/vote", "/api/papers/2509.08721/bookmark"


def test_an_upvote_counts_once_and_is_withdrawn_once(alice):
    VoteSalt.objects.renew()
    paper, program = PaperFactory(arxiv_id="2509.08721", imported_votes=7), Program(token_of(alice))
    answer = {"id": "2509.08721", "upvotes": 8, "upvoted": True, "remark": ""}
    assert [program.call(VOTE).json() for _ in range(2)] == [answer, answer]
    assert VoteNetwork.objects.get().network
    answer |= {"upvotes": 7, "upvoted": False}
    assert [program.call(f"{VOTE}/withdraw").json() for _ in range(2)] == [answer, answer]
    paper.refresh_from_db()
    assert (paper.vote_count, Vote.objects.count()) == (7, 0)


def test_an_upvote_that_waits_says_so(paper):
    newcomer = UserFactory(date_joined=timezone.now() - timedelta(minutes=1))
    answer = Program(token_of(newcomer)).call(VOTE).json()
    assert (answer["upvotes"], answer["upvoted"], answer["remark"]) == (0, True, VoteState.YOUNG.remark)


def test_a_bookmark_is_that_of_the_page(alice, paper, signed_in):
    program = Program(token_of(alice))
    assert program.call(BOOKMARK).json() == {"id": "2509.08721", "bookmarked": True}
    assert paper.title in signed_in(alice).get("/bookmarks").content.decode()
    assert program.call(f"{BOOKMARK}/remove").json() == {"id": "2509.08721", "bookmarked": False}
    assert not Bookmark.objects.exists()


def test_an_old_id_and_one_with_a_version_name_the_paper(alice):
    PaperFactory(arxiv_id="hep-th/9901001")
    program = Program(token_of(alice))
    assert program.call("/api/papers/hep-th/9901001/vote").json()["id"] == "hep-th/9901001"
    assert program.call("/api/papers/hep-th/9901001v2/vote").json()["upvotes"] == 1


@pytest.mark.parametrize("path", [VOTE, f"{VOTE}/withdraw", BOOKMARK, f"{BOOKMARK}/remove"])
def test_pages_and_the_api_have_one_limit(alice, paper, signed_in, path, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    reader, program = signed_in(alice), Program(token_of(alice))
    for _ in range(60):
        assert reader.act("/papers/2509.08721/vote").status_code == 302
        assert program.call(path).status_code == 200
    *_, answer = [program.call(path) for _ in range(3)]  # of which the limit grants two
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (429, True)
    assert answer.json()["error"] == "Too many requests from you or your network. Try again in a moment."
    assert reader.act("/papers/2509.08721/vote").status_code == 429
