"""A person's page; others see no difference between a hidden and an empty list anywhere."""

import re

import pytest

from papers.models import Paper, Vote
from tests.factories import PaperFactory
from tests.papers.lists.test_lists import titles

TABS = {"submitted": "submissions", "upvoted": "votes"}
QUERIES = ["", "?sort=votes", "?q=paper", "?q=paper&by=words", "?has=code", "?sort=best", "?older=x", "?export=csv"]
MASKED = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|quote the number <code>\w+</code>')


@pytest.fixture
def busy(alice, lab):
    """Alice has submitted a paper and upvoted another, and owns an organisation."""
    PaperFactory(arxiv_id="2509.00001", title="Submitted", submitted_by=alice, code_url="https://example.org")
    Vote.objects.make(alice, PaperFactory(title="Upvoted", code_url="https://example.org"))
    return alice


def hide(person, *names):
    for name in ("submissions", "votes", "memberships"):
        setattr(person, f"shows_{name}", name not in names)
    person.save()


def response_of(answer):
    """All of a response that a reader could compare."""
    names = ("ETag", "Content-Type", "Content-Disposition", "Location")
    return answer.status_code, MASKED.sub("", answer.content.decode()), [answer.headers.get(name) for name in names]


def test_the_page_shows_what_there_is(busy, stranger):
    hide(busy)
    page = stranger.get("/people/alice").content.decode()
    assert titles(stranger.get("/people/alice")) == titles(stranger.get("/people/alice/submitted")) == ["Submitted"]
    assert titles(stranger.get("/people/alice/upvoted")) == ["Upvoted"]
    assert '<a href="/people/alice/submitted" aria-current="page">Submitted</a>' in page
    assert 'href="/orgs/lab"' in page
    assert "<small>owner</small>" in page
    assert "Joined" in page


def test_without_public_upvotes_the_page_still_shows_something(busy, signed_in, stranger):
    hide(busy, "votes")
    assert titles(stranger.get("/people/alice")) == ["Submitted"]
    hide(busy, "submissions")
    assert titles(stranger.get("/people/alice")) == ["Upvoted"]
    assert titles(signed_in(busy).get("/people/alice")) == ["Submitted"]


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("htmx", [{}, {"hx-request": "true"}], ids=["page", "partial"])
def test_what_is_hidden_is_to_others_as_if_it_were_not(busy, bob, signed_in, stranger, tab, query, htmx):
    hide(busy, TABS[tab])
    address = f"/people/alice/{tab}{query}"
    hidden = [response_of(reader.get(address, headers=htmx)) for reader in (stranger, signed_in(bob))]
    Vote.objects.all().delete()
    Paper.objects.update(submitted_by=None)
    absent = [response_of(reader.get(address, headers=htmx)) for reader in (stranger, signed_in(bob))]
    assert hidden == absent


@pytest.mark.parametrize("tab", TABS)
def test_one_sees_what_one_hides_and_is_told_so(busy, signed_in, tab):
    reader = signed_in(busy)
    hide(busy)
    assert "Only you see these" not in reader.get(f"/people/alice/{tab}").content.decode()
    hide(busy, TABS[tab])
    answer = reader.get(f"/people/alice/{tab}")
    assert titles(answer) == [tab.title()]
    assert answer.content.decode().count("Only you see these") == 1


def test_a_papers_page_names_who_listed_it_only_if_they_let_it(busy, bob, signed_in, stranger):
    shown = stranger.get("/papers/2509.00001")
    assert 'by <a href="/people/alice">Alice Ash</a>' in shown.content.decode()
    hide(busy, "submissions")
    hidden = stranger.get("/papers/2509.00001")
    for answer in (hidden, signed_in(bob).get("/papers/2509.00001")):
        assert "alice" not in answer.content.decode().lower()
    assert "Alice Ash" in signed_in(busy).get("/papers/2509.00001").content.decode()
    Paper.objects.update(submitted_by=None)
    assert response_of(stranger.get("/papers/2509.00001")) == response_of(hidden)
    assert hidden.headers["ETag"] != shown.headers["ETag"]


def test_an_organisations_page_names_only_who_lets_it(lab, alice, bob, carol, signed_in, stranger):
    shown = stranger.get("/orgs/lab")
    hide(alice, "memberships")
    hidden = stranger.get("/orgs/lab")
    for answer in (hidden, signed_in(carol).get("/orgs/lab"), signed_in(bob).get("/orgs/lab")):
        assert "Alice" not in answer.content.decode()
        assert "Bob Birch" in answer.content.decode()
    assert "Alice Ash" in signed_in(alice).get("/orgs/lab").content.decode()
    assert hidden.headers["ETag"] != shown.headers["ETag"]
    hide(bob, "memberships")
    assert 'id="members"' not in stranger.get("/orgs/lab").content.decode()


def test_a_persons_page_names_organisations_only_if_they_let_it(busy, bob, signed_in, stranger):
    hide(busy, "memberships")
    hidden = response_of(stranger.get("/people/alice"))
    assert 'href="/orgs/lab"' not in signed_in(bob).get("/people/alice").content.decode()
    own = signed_in(busy).get("/people/alice").content.decode()
    assert 'href="/orgs/lab"' in own
    assert own.count("Only you see these") == 1
    busy.memberships.all().delete()
    assert response_of(stranger.get("/people/alice")) == hidden


def test_a_deactivated_person_is_named_nowhere(busy, bob, signed_in, stranger):
    hide(busy)
    busy.is_active = False
    busy.save()
    for reader in (stranger, signed_in(bob)):
        for path in ("/people/alice", "/people/alice/submitted", "/people/alice/upvoted"):
            assert reader.get(path).status_code == 404
        for path in ("/papers", "/papers/2509.00001", "/orgs/lab", "/papers?q=alice", "/papers?export=csv"):
            assert "Alice Ash" not in reader.get(path).content.decode()


def test_what_one_says_of_oneself_is_in_the_etag(alice, stranger):
    tags = set()
    for name, value in (("name", "A"), ("about", "b"), ("links", [{"label": "a", "url": "https://example.org"}])):
        setattr(alice, name, value)
        alice.save()
        tags.add(stranger.get("/people/alice").headers["ETag"])
    assert len(tags) == 3
