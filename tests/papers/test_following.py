"""What can be followed, what that brings in and why, who sees it, and how many there can be."""

import re
from functools import partial
from html import unescape

import pytest
from django.contrib.postgres.search import SearchQuery
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from lib.http import BadInput
from papers import following
from papers.models import AuthorFollow, OrganisationFollow, Paper, PersonFollow, SearchEntry, TopicFollow, Vote
from papers.models import follow as follows
from papers.wording import author_query
from tests.factories import OrganisationFactory, PaperFactory, UserFactory
from tests.papers.test_lists import titles
from tests.race import race

LIST, MANAGE = "/papers/following", "/papers/following/manage"


def text(answer) -> str:
    return " ".join(re.sub("<[^>]*>", " ", unescape(answer.content.decode())).split())


def button(answer) -> str:
    """What the follow button says."""
    found = re.search(r'<button class="button follow".*?</button>', answer.content.decode(), re.DOTALL)
    return " ".join(re.sub("<[^>]*>", " ", found[0]).split()) if found else ""


def reasons(answer) -> dict[str, str]:
    told = re.findall(r'<span class="reason">(.*?)</span>', answer.content.decode())
    return dict(zip(titles(answer), map(unescape, told), strict=True))


@pytest.fixture(params=["few", "many"])
def way(request, monkeypatch):
    """Both ways to find what is brought in: collected first, and asked for along the order."""
    if request.param == "many":
        monkeypatch.setattr(following, "FEW", 0)
    return request.param


@pytest.fixture
def site(lab, carol, way):
    """A paper for each thing that can be followed, and one for none."""
    carol.shows_votes = True
    carol.save()
    papers = {
        "of the lab": PaperFactory(title="of the lab", organisation=lab),
        "on agents": PaperFactory(title="on agents", keywords=["Multi-Agent Systems"]),
        "in a category": PaperFactory(title="in a category", categories=["cs.CL"]),
        "by Nuño": PaperFactory(title="by Nuño", authors=["Ana B. Nuño", "Grace Hopper"]),
        "submitted": PaperFactory(title="submitted", submitted_by=carol),
        "upvoted": PaperFactory(title="upvoted"),
        "other": PaperFactory(title="other"),
    }
    Vote.objects.cast(carol, papers["upvoted"])
    return papers


def test_each_kind_brings_in_its_papers_and_says_why(site, lab, alice, carol, signed_in):
    OrganisationFollow.objects.make(alice, lab)
    for topic in ("MULTI-AGENT systems", "CS.CL"):
        TopicFollow.objects.make(alice, topic)
    AuthorFollow.objects.make(alice, "nuno")
    PersonFollow.objects.make(alice, carol)
    assert reasons(signed_in(alice).get(LIST)) == {
        "upvoted": "upvoted by Carol Cedar",
        "submitted": "submitted by Carol Cedar",
        "by Nuño": "by nuno",
        "in a category": "CS.CL",
        "on agents": "MULTI-AGENT systems",
        "of the lab": "The Lab",
    }


@pytest.mark.parametrize(
    ("kind", "what", "expected"),
    [
        ("organisations", "lab", ["of the lab"]),
        ("topics", "cs.cl", ["in a category"]),
        ("topics", "agents", []),
        ("authors", "Ana B Nuno", ["by Nuño"]),
        ("authors", "Nuño Grace", []),  # two people
        ("authors", "Agents", []),  # a word of a title
        ("people", "carol", ["upvoted", "submitted"]),
        ("people", "bob", []),
    ],
)
def test_one_thing_brings_in_nothing_else(site, alice, signed_in, kind, what, expected):
    reader = signed_in(alice)
    reader.act(f"/papers/following/{kind}/follow", {"what": what})
    assert titles(reader.get(LIST)) == expected
    if kind in ("topics", "authors"):  # the same as the list that the button stands on
        assert set(titles(reader.get("/papers", {kind[:-1]: what}))) == set(expected)
    reader.act(f"/papers/following/{kind}/unfollow", {"what": what})
    assert titles(reader.get(LIST)) == []


def test_a_person_brings_in_only_what_they_let_show(site, alice, carol, signed_in):
    PersonFollow.objects.make(alice, carol)
    reader = signed_in(alice)
    for votes, submissions, active, expected in [
        (True, True, True, ["upvoted", "submitted"]),
        (False, True, True, ["submitted"]),
        (True, False, True, ["upvoted"]),
        (False, False, True, []),
        (True, True, False, []),
    ]:
        carol.shows_votes, carol.shows_submissions, carol.is_active = votes, submissions, active
        carol.save()
        assert titles(reader.get(LIST)) == expected
    assert "Carol" not in text(reader.get(MANAGE))


def test_a_paper_has_one_row_and_up_to_three_reasons(alice, carol, lab, way, signed_in):
    paper = PaperFactory(organisation=lab, categories=["cs.CL", "cs.AI"], keywords=["Agents"], authors=["Ada Lovelace"])
    OrganisationFollow.objects.make(alice, lab)
    AuthorFollow.objects.make(alice, "Ada Lovelace")
    for topic in ("cs.CL", "cs.AI", "agents"):
        TopicFollow.objects.make(alice, topic)
    (told,) = reasons(signed_in(alice).get(LIST)).values()
    assert len(told.split(" · ")) == following.REASONS_SHOWN
    told = following.reasons(alice, [paper.pk])
    assert told == following.reasons(alice, [paper.pk, paper.pk + 1])


def test_it_is_a_list_like_any_other(site, alice, signed_in):
    for topic in ("cs.CL", "multi-agent systems"):
        TopicFollow.objects.make(alice, topic)
    AuthorFollow.objects.make(alice, "Grace Hopper")
    reader = signed_in(alice)
    Paper.objects.filter(title="on agents").update(imported_votes=3, vote_count=3)
    assert len(titles(reader.get(LIST))) == 7
    assert titles(reader.get(f"{LIST}?sort=votes"))[0] == "on agents"
    assert titles(reader.get(f"{LIST}?topic=cs.cl")) == ["in a category"]
    assert titles(reader.get(f"{LIST}?q=agents&by=words")) == ["on agents"]
    assert titles(reader.get(f"{LIST}?min_votes=1&sort=hot")) == ["on agents", "upvoted"]
    assert reader.get(f"{LIST}?min_votes=many").status_code == 400
    assert reader.get(f"{LIST}?export=csv").content.decode().count("\r\n") == 8


def test_older_papers_follow_without_a_gap(alice, way, signed_in):
    TopicFollow.objects.make(alice, "agents")
    for n in range(35):
        PaperFactory(title=f"No. {n}", keywords=["agents"])
        PaperFactory(title="other")
    reader = signed_in(alice)
    first = reader.get(LIST)
    older = unescape(re.search(r'hx-get="([^"]*older=[^"]*)"', first.content.decode())[1])
    rest = reader.get(LIST + older[older.index("?") :], headers={"hx-request": "true"})
    assert titles(first) + titles(rest) == [f"No. {n}" for n in reversed(range(35))]
    assert set(reasons(rest).values()) == {"agents"}


def test_few_are_collected_and_many_are_not(alice, monkeypatch):
    TopicFollow.objects.make(alice, "agents")
    PaperFactory.create_batch(3, keywords=["agents"])
    for most, collects in ((3, True), (2, False)):
        monkeypatch.setattr(following, "FEW", most)
        found = following.papers(alice)
        assert ("EXISTS" not in str(found.query)) == collects
        assert found.count() == 3


def test_the_list_costs_the_same_with_any_number_of_follows(alice, signed_in):
    for n in range(3):
        PaperFactory(keywords=[f"topic {n}"])
    reader, asked = signed_in(alice), []
    for number in (1, 60):
        for n in range(number):
            TopicFollow.objects.make(alice, f"topic {n}")
            AuthorFollow.objects.make(alice, f"Author {n}")
            OrganisationFollow.objects.get_or_create(user=alice, organisation=OrganisationFactory())
        reader.get(LIST)
        with CaptureQueriesContext(connection) as statements:
            reader.get(LIST)
        asked.append(len(statements))
    assert asked[0] == asked[1]


@pytest.mark.parametrize("name", ["Ada Lovelace", "José Núñez", "O'Brien", "X Æ A-12", "Straße 3.5 B.", "李 明"])
def test_an_author_means_the_same_as_in_a_filter(alice, name):
    AuthorFollow.objects.make(alice, name)
    PaperFactory(authors=["Somebody", name])
    queries = SearchEntry.objects.annotate(
        asked=SearchQuery(author_query(name), config="simple", search_type="raw")
    ).values_list("asked", flat=True)
    assert list(AuthorFollow.objects.values_list("query", flat=True)) == list(queries)
    assert following.papers(alice).count() == 1


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
@pytest.mark.parametrize("name", ["", " \t\0", "n" * 201, "ﷺ" * 100, None])
def test_what_has_no_name_is_refused_in_words(alice, signed_in, kind, name):
    answer = signed_in(alice).act(f"/papers/following/{kind}/follow", {} if name is None else {"what": name})
    assert answer.status_code == 400
    assert "a name of 1 to 200 characters" in text(answer)
    assert follows.count(alice) == 0


@pytest.mark.parametrize(
    ("kind", "what"), [("organisations", "nobody"), ("people", "nobody"), ("people", "gone"), ("planets", "mars")]
)
def test_what_is_not_there_is_404(alice, signed_in, kind, what):
    UserFactory(username="gone", is_active=False)
    assert signed_in(alice).act(f"/papers/following/{kind}/follow", {"what": what}).status_code == 404
    assert follows.count(alice) == 0


def test_nobody_follows_oneself(alice, signed_in):
    answer = signed_in(alice).act("/papers/following/people/follow", {"what": "alice"})
    assert (answer.status_code, "you need not follow" in text(answer)) == (400, True)
    with pytest.raises(IntegrityError):
        PersonFollow.objects.create(user=alice, person=alice)


def test_the_most_is_said_in_words(alice, bob, lab, signed_in, monkeypatch):
    monkeypatch.setattr(follows, "MOST", 2)
    reader, form = signed_in(alice), {"what": "lab", "next": "/orgs/lab"}
    TopicFollow.objects.make(alice, "cs.CL")
    AuthorFollow.objects.make(alice, "Ada Lovelace")
    refused = reader.act("/papers/following/organisations/follow", form)
    assert (refused.status_code, "You follow 2 already" in text(refused)) == (400, True)
    asked = reader.act("/papers/following/organisations/follow", form, headers={"hx-request": "true"})
    assert asked.headers["HX-Redirect"] == "/orgs/lab"
    assert "You follow 2 already" in text(reader.get("/orgs/lab"))
    assert not TopicFollow.objects.make(alice, "cs.cl")  # followed already, and no one too many
    assert OrganisationFollow.objects.make(bob, lab)


@pytest.mark.django_db(transaction=True)
def test_there_is_never_one_too_many(alice, monkeypatch):
    monkeypatch.setattr(follows, "MOST", 3)
    made = race(*(partial(TopicFollow.objects.make, alice, f"topic {n}") for n in range(5)))
    assert sum(isinstance(outcome, BadInput) for outcome in made) == 2
    assert follows.count(alice) == 3


@pytest.mark.django_db(transaction=True)
def test_one_reader_follows_in_ten_windows_at_once(alice):
    made = race(*[partial(TopicFollow.objects.make, alice, "cs.CL")] * 10)
    assert sorted(made) == [False] * 9 + [True]


@pytest.mark.parametrize(
    ("kind", "what", "page"),
    [
        ("organisations", "lab", "/orgs/lab"),
        ("people", "carol", "/people/carol"),
        ("topics", "cs.CL", "/papers?topic=cs.CL"),
        ("authors", "Ada Lovelace", "/papers?author=Ada+Lovelace"),
    ],
)
def test_the_button_tells_how_many_and_whether_one_does(lab, alice, bob, carol, signed_in, stranger, kind, what, page):
    PaperFactory(categories=["cs.CL"])
    first = stranger.get(page)
    assert button(first) == "Follow"
    reader, other = signed_in(alice), signed_in(bob)
    for one in (reader, other):
        form = {"what": what, "next": page}
        assert one.act(f"/papers/following/{kind}/follow", form).url == page
    assert button(reader.get(page)) == button(other.get(page)) == "Following 2 followers , stop following"
    again = stranger.get(page, headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, button(again)) == (200, "Follow 2 followers")
    swapped = reader.act(f"/papers/following/{kind}/unfollow", {"what": what}, headers={"hx-request": "true"})
    assert swapped.content.decode().count("<button") == 1
    assert button(swapped) == "Follow 1 follower"
    assert "csrfmiddlewaretoken" not in again.content.decode()


def test_only_lists_of_one_topic_or_author_have_a_button(alice, signed_in):
    PaperFactory(categories=["cs.CL"])
    reader = signed_in(alice)
    for page in ("/papers?topic=cs.CL&has=code", "/papers?q=paper&author=Ada", "/papers", "/papers/trending"):
        assert button(reader.get(page)) == ""
    assert button(reader.get("/papers?topic=cs.CL&sort=newest")) == "Follow"
    assert button(reader.get("/people/alice")) == ""


def test_what_one_follows_is_nobody_elses_business(site, lab, alice, bob, carol, signed_in, stranger):
    for kind, target in ((TopicFollow, "secret topic"), (PersonFollow, carol), (OrganisationFollow, lab)):
        kind.objects.make(alice, target)
    assert titles(signed_in(bob).get(LIST)) == []
    assert "secret topic" not in text(signed_in(bob).get(MANAGE))
    assert button(signed_in(bob).get("/people/carol")) == "Follow 1 follower"
    for page in ("/orgs/lab", "/people/carol", "/people/alice"):
        shown = text(stranger.get(page))
        assert "secret topic" not in shown
        assert page == "/people/alice" or page == "/orgs/lab" or "Alice" not in shown
    for page in (LIST, MANAGE):
        assert stranger.get(page).url == f"/accounts/login/?next={page}"


def test_what_one_follows_is_managed_on_one_page(lab, alice, carol, signed_in):
    reader = signed_in(alice)
    assert "Nothing yet" in text(reader.get(MANAGE))
    form = {"next": MANAGE}
    for kind, what in [
        ("organisations", "lab"),
        ("people", "carol"),
        ("topics", "Café & Co"),
        ("authors", "<b>Ada</b>"),
    ]:
        assert reader.act(f"/papers/following/{kind}/follow", form | {"what": what}).url == MANAGE
    page = reader.get(MANAGE)
    assert "4 of at most 500" in text(page)
    links = re.findall(r'<li><a href="([^"]*)">(.*?)</a> <button name="what" value="([^"]*)"', page.content.decode())
    assert [tuple(map(unescape, link)) for link in links] == [
        ("/orgs/lab", "The Lab", "lab"),
        ("/people/carol", "Carol Cedar", "carol"),
        ("/papers?topic=Caf%C3%A9+%26+Co", "Café & Co", "Café & Co"),
        ("/papers?author=%3Cb%3EAda%3C%2Fb%3E", "<b>Ada</b>", "<b>Ada</b>"),
    ]
    for kind, what in [("organisations", "lab"), ("people", "carol"), ("topics", "cafe & co"), ("authors", "b ada b")]:
        reader.act(f"/papers/following/{kind}/unfollow", form | {"what": what})
    assert follows.count(alice) == 0


def test_an_empty_list_says_what_to_do(paper, alice, signed_in):
    reader = signed_in(alice)
    assert "You follow nothing yet" in text(reader.get(LIST))
    TopicFollow.objects.make(alice, "cs.CL")
    assert "Nothing yet from what you follow" in text(reader.get(LIST))
    assert "matches this filter" in text(reader.get(f"{LIST}?has=code"))


def test_follows_go_with_who_follows_and_with_what_is_followed(lab, alice, bob, carol):
    for follower in (alice, bob):
        PersonFollow.objects.make(follower, carol)
        OrganisationFollow.objects.make(follower, lab)
        TopicFollow.objects.make(follower, "cs.CL")
    alice.delete()
    assert follows.count(bob) == 3
    carol.delete()
    lab.delete()
    assert follows.count(bob) == TopicFollow.objects.count() == 1


def test_followers_move_with_an_organisation(lab, alice, bob):
    into = OrganisationFactory(slug="into")
    for follower, organisation in ((alice, lab), (bob, lab), (bob, into)):
        OrganisationFollow.objects.make(follower, organisation)
    for _ in range(2):
        OrganisationFollow.objects.move(lab, into)
    rows = OrganisationFollow.objects.values_list("user__username", "organisation__slug")
    assert sorted(rows) == [("alice", "into"), ("bob", "into")]
