"""Follows: the names of targets, the limit, the follow button, and the page to manage follows."""

import re
from functools import partial
from html import unescape

import pytest
from django.contrib.postgres.search import SearchQuery
from django.db import IntegrityError

from lib.refusals import BadInput
from papers.following import matches
from papers.models import (
    AuthorFollow,
    Collection,
    OrganisationFollow,
    PaperFollow,
    PersonFollow,
    SearchEntry,
    TopicFollow,
)
from papers.models import follow as follow_models
from papers.people import takeout
from papers.search.lexicon import author_query
from tests.factories import OrganisationFactory, PaperFactory, UserFactory
from tests.papers.following.test_following import MANAGE, button, text
from tests.race import race


@pytest.mark.parametrize("name", ["Ada Lovelace", "José Núñez", "O'Brien", "X Æ A-12", "Straße 3.5 B.", "李 明"])
def test_an_author_means_the_same_as_in_a_filter(alice, name):
    AuthorFollow.objects.make(alice, name)
    PaperFactory(authors=["Somebody", name])
    queries = SearchEntry.objects.annotate(
        filter_query=SearchQuery(author_query(name), config="simple", search_type="raw")
    ).values_list("filter_query", flat=True)
    assert list(AuthorFollow.objects.values_list("query", flat=True)) == list(queries)
    assert matches.papers(alice).count() == 1


def test_names_are_one_however_they_are_spelled_and_keep_their_first_spelling(alice):
    for kind, spellings in {
        TopicFollow: ["Café  Culture", "cafe culture", "CAFÉ CULTURE "],
        AuthorFollow: ["José Núñez", "jose nunez", "José-Nuñez"],
    }.items():
        assert [kind.objects.make(alice, kind.find(name)) for name in spellings] == [True, False, False]
        (row,) = kind.objects.of(alice)
        assert (str(row), row.handle) == (kind.find(spellings[0]), kind.find(spellings[0]))
        assert kind.objects.unmake(alice, spellings[2])


@pytest.mark.parametrize("kind", ["topics", "authors"])
@pytest.mark.parametrize("name", ["", " \t", "n" * 201, "ﷺ" * 100, None])
def test_what_has_no_name_is_refused_in_words(alice, signed_in, kind, name):
    answer = signed_in(alice).act(f"/papers/following/{kind}/follow", {} if name is None else {"what": name})
    assert answer.status_code == 400
    assert "a name of 1 to 200 characters" in text(answer)
    assert follow_models.count(alice) == 0


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("organisations", "nobody"),
        ("people", "nobody"),
        ("people", "gone"),
        ("discussions", "2509.99999"),
        ("planets", "mars"),
    ],
)
def test_what_is_not_there_is_404(alice, signed_in, kind, what):
    UserFactory(username="gone", is_active=False)
    assert signed_in(alice).act(f"/papers/following/{kind}/follow", {"what": what}).status_code == 404
    assert follow_models.count(alice) == 0


def test_nobody_follows_oneself(alice, signed_in):
    answer = signed_in(alice).act("/papers/following/people/follow", {"what": "alice"})
    assert (answer.status_code, "You can't follow yourself" in text(answer)) == (400, True)
    with pytest.raises(IntegrityError):
        PersonFollow.objects.create(user=alice, person=alice)


def test_the_most_is_said_in_words(alice, bob, lab, signed_in, monkeypatch):
    monkeypatch.setattr(follow_models, "MAX_FOLLOWS", 2)
    reader, form = signed_in(alice), {"what": "lab", "next": "/orgs/lab"}
    TopicFollow.objects.make(alice, "cs.CL")
    AuthorFollow.objects.make(alice, "Ada Lovelace")
    refused = reader.act("/papers/following/organisations/follow", form)
    assert (refused.status_code, "You follow 2 already" in text(refused)) == (400, True)
    partial_response = reader.act("/papers/following/organisations/follow", form, headers={"hx-request": "true"})
    assert partial_response.headers["HX-Redirect"] == "/orgs/lab"
    assert "You follow 2 already" in text(reader.get("/orgs/lab"))
    assert not TopicFollow.objects.make(alice, "cs.cl")  # followed already, and no one too many
    assert OrganisationFollow.objects.make(bob, lab)


@pytest.mark.django_db(transaction=True)
def test_there_is_never_one_too_many(alice, monkeypatch):
    monkeypatch.setattr(follow_models, "MAX_FOLLOWS", 3)
    made = race(*(partial(TopicFollow.objects.make, alice, f"topic {n}") for n in range(5)))
    assert sum(isinstance(outcome, BadInput) for outcome in made) == 2
    assert follow_models.count(alice) == 3


@pytest.mark.django_db(transaction=True)
def test_one_reader_follows_in_ten_windows_at_once(alice):
    made = race(*[partial(TopicFollow.objects.make, alice, "cs.CL")] * 10)
    assert sorted(made) == [False] * 9 + [True]


@pytest.mark.parametrize(
    ("kind", "what", "page"),
    [
        ("organisations", "lab", "/orgs/lab"),
        ("people", "carol", "/people/carol"),
        ("discussions", "2509.08721", "/papers/2509.08721"),
        ("topics", "cs.CL", "/papers?topic=cs.CL"),
        ("authors", "Ada Lovelace", "/papers?author=Ada+Lovelace"),
    ],
)
def test_the_button_tells_how_many_and_whether_one_does(lab, alice, bob, carol, signed_in, stranger, kind, what, page):
    PaperFactory(arxiv_id="2509.08721", categories=["cs.CL"])
    what_for = " this discussion" if kind == "discussions" else ""
    first = stranger.get(page)
    assert button(first) == f"Follow{what_for}"
    reader, other = signed_in(alice), signed_in(bob)
    for one in (reader, other):
        form = {"what": what, "next": page}
        assert one.act(f"/papers/following/{kind}/follow", form).url == page
    assert button(reader.get(page)) == button(other.get(page)) == f"Following{what_for} 2 followers , stop following"
    again = stranger.get(page, headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, button(again)) == (200, f"Follow{what_for} 2 followers")
    swapped = reader.act(f"/papers/following/{kind}/unfollow", {"what": what}, headers={"hx-request": "true"})
    assert swapped.content.decode().count("<button") == 1
    assert button(swapped) == f"Follow{what_for} 1 follower"
    assert "csrfmiddlewaretoken" not in again.content.decode()


def test_only_lists_of_one_topic_or_author_have_a_button(alice, signed_in):
    PaperFactory(categories=["cs.CL"])
    reader = signed_in(alice)
    for page in ("/papers?topic=cs.CL&has=code", "/papers?q=paper&author=Ada", "/papers", "/papers/trending"):
        assert button(reader.get(page)) == ""
    assert button(reader.get("/papers?topic=cs.CL&sort=newest")) == "Follow"
    assert button(reader.get("/people/alice")) == ""


def test_what_one_follows_is_managed_on_one_page(lab, alice, carol, signed_in):
    reader = signed_in(alice)
    assert "Nothing yet" in text(reader.get(MANAGE))
    PaperFactory(arxiv_id="2509.08721", title="On $\\alpha$-decay")
    form = {"next": MANAGE}
    for kind, what in [
        ("organisations", "lab"),
        ("people", "carol"),
        ("discussions", "2509.08721"),
        ("topics", "Café & Co"),
        ("authors", "<b>Ada</b>"),
    ]:
        assert reader.act(f"/papers/following/{kind}/follow", form | {"what": what}).url == MANAGE
    page = reader.get(MANAGE)
    assert "5 of at most 500" in text(page)
    links = re.findall(r'<li><a href="([^"]*)">(.*?)</a> <button name="what" value="([^"]*)"', page.content.decode())
    assert [tuple(map(unescape, link)) for link in links] == [
        ("/orgs/lab", "The Lab", "lab"),
        ("/papers/2509.08721", "On α-decay", "2509.08721"),
        ("/people/carol", "Carol Cedar", "carol"),
        ("/papers?topic=Caf%C3%A9+%26+Co", "Café & Co", "Café & Co"),
        ("/papers?author=%3Cb%3EAda%3C%2Fb%3E", "<b>Ada</b>", "<b>Ada</b>"),
    ]
    for kind, what in [
        ("organisations", "lab"),
        ("people", "carol"),
        ("discussions", "2509.08721"),
        ("topics", "cafe & co"),
        ("authors", "b ada b"),
    ]:
        reader.act(f"/papers/following/{kind}/unfollow", form | {"what": what})
    assert follow_models.count(alice) == 0


def test_follows_go_with_who_follows_and_with_what_is_followed(lab, paper, alice, bob, carol):
    for follower in (alice, bob):
        PersonFollow.objects.make(follower, carol)
        OrganisationFollow.objects.make(follower, lab)
        PaperFollow.objects.make(follower, paper)
        TopicFollow.objects.make(follower, "cs.CL")
    alice.delete()
    assert follow_models.count(bob) == 4
    carol.delete()
    lab.delete()
    paper.delete()
    assert follow_models.count(bob) == TopicFollow.objects.count() == 1


def test_a_followed_discussion_brings_in_no_papers_and_is_exported(paper, alice, bob, signed_in):
    for person in (alice, bob):
        PaperFollow.objects.make(person, paper)
    assert "No papers yet from what you follow" in text(signed_in(alice).get("/papers/following"))
    assert matches.followers([paper.pk]) == []
    assert "2509.08721" not in text(signed_in(alice).get("/feeds/mine.opml"))
    assert [row["what"] for row in takeout.FILES["followed_discussions"](alice)] == ["2509.08721"]


def test_followers_move_with_an_organisation(lab, alice, bob):
    into = OrganisationFactory(slug="into")
    for follower, organisation in ((alice, lab), (bob, lab), (bob, into)):
        OrganisationFollow.objects.make(follower, organisation)
    for _ in range(2):
        OrganisationFollow.objects.move(lab, into)
    rows = OrganisationFollow.objects.values_list("user__username", "organisation__slug")
    assert sorted(rows) == [("alice", "into"), ("bob", "into")]


@pytest.mark.parametrize("name", ["alice", "bob", "carol"])
@pytest.mark.parametrize("kind", ["organisations", "people", "collections", "discussions", "topics", "authors"])
@pytest.mark.parametrize(("verb", "left"), [("follow", 1), ("unfollow", 0)])
def test_following_twice_is_once(kind, verb, left, name, request, carol, signed_in):
    OrganisationFactory(slug="news")
    UserFactory(username="news")
    PaperFactory(arxiv_id="news")
    Collection.objects.create(key="news", name="News", user=carol, visibility="public")
    person = request.getfixturevalue(name)
    reader, form = signed_in(person), {"what": "news", "next": "/papers/trending"}
    reader.act(f"/papers/following/{kind}/follow", form)
    for _ in range(2):
        assert reader.act(f"/papers/following/{kind}/{verb}", form).url == "/papers/trending"
        assert follow_models.kinds()[kind].objects.filter(user=person).count() == left
