"""All kinds of marks by the buttons for them: twice is once, and one comes back to where one was."""

import pytest

from papers.models import Bookmark, Dismissed, Seen, Vote

VERBS = {
    "vote": (Vote, 1),
    "vote/withdraw": (Vote, 0),
    "bookmark": (Bookmark, 1),
    "bookmark/remove": (Bookmark, 0),
    "seen": (Seen, 1),
    "seen/forget": (Seen, 0),
    "dismiss": (Dismissed, 1),
    "dismiss/undo": (Dismissed, 0),
}


@pytest.fixture(params=VERBS)
def verb(request):
    return request.param


@pytest.fixture(params=["alice", "bob", "carol"])
def person(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def url(paper, verb):
    return f"/papers/{paper.arxiv_id}/{verb}"


def rows(verb, paper):
    return VERBS[verb][0].objects.filter(paper=paper).count()


def test_twice_is_once(verb, url, paper, person, signed_in):
    reader = signed_in(person)
    if VERBS[verb][1] == 0:
        reader.act(url.rsplit("/", 1)[0])
        assert rows(verb, paper) == 1
    for _ in range(2):
        answer = reader.act(url, {"next": "/papers/month/2025-09?sort=newest#old", "at": "vote-7"})
        assert answer.status_code == 302
        assert answer.url == "/papers/month/2025-09?sort=newest#vote-7"
        assert rows(verb, paper) == VERBS[verb][1]
    revision = paper.revision
    paper.refresh_from_db()
    assert (paper.revision > revision) is verb.startswith("vote")
    assert paper.vote_count == Vote.objects.filter(paper=paper).count()


def test_htmx_gets_the_control_as_it_is_now(verb, url, paper, person, signed_in):
    control = signed_in(person).act(url, headers={"hx-request": "true"})
    html = control.content.decode()
    opposite = {
        "vote": "vote/withdraw",
        "vote/withdraw": "vote",
        "bookmark": "bookmark/remove",
        "bookmark/remove": "bookmark",
        "seen": "seen/forget",
        "seen/forget": "seen",
        "dismiss": "dismiss/undo",
        "dismiss/undo": "dismiss",
    }
    assert f'hx-post="/papers/{paper.arxiv_id}/{opposite[verb]}"' in html
    if "aria-pressed" in html:
        assert f'aria-pressed="{"true" if VERBS[verb][1] else "false"}"' in html
    assert html.count("<button") == 1


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_next_never_leads_elsewhere(target, paper, alice, signed_in):
    answer = signed_in(alice).act(f"/papers/{paper.arxiv_id}/vote", {"next": target})
    assert answer.url == "/papers"


def test_an_unknown_paper_is_404(verb, alice, signed_in):
    answer = signed_in(alice).act(f"/papers/2001.00001/{verb}")
    assert answer.status_code == 404
    assert "This paper no longer exists." in answer.content.decode()
