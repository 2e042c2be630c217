"""The list of what one follows: its papers and their reasons for each kind of follow."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from papers.following import matches
from papers.lists import matching
from papers.models import AuthorFollow, OrganisationFollow, Paper, PersonFollow, TopicFollow, Vote
from tests.factories import OrganisationFactory, PaperFactory
from tests.papers.lists.test_lists import titles

LIST, MANAGE = "/papers/following", "/papers/following/manage"


def text(answer) -> str:
    return " ".join(re.sub("<[^>]*>", " ", unescape(answer.content.decode())).split())


def button(answer) -> str:
    """What the follow button says."""
    found = re.search(r'<button class="button follow".*?</button>', answer.content.decode(), re.DOTALL)
    return " ".join(re.sub("<[^>]*>", " ", found[0]).split()) if found else ""


def reasons(answer) -> dict[str, str]:
    texts = re.findall(r'<span class="reason">(.*?)</span>', answer.content.decode())
    return dict(zip(titles(answer), map(unescape, texts), strict=True))


@pytest.fixture(params=["few", "many"])
def way(request, monkeypatch):
    """Run the test with both ways: papers collected by key, and papers tested along the order."""
    if request.param == "many":
        monkeypatch.setattr(matching, "MAX_COLLECTED", 0)
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
    Vote.objects.make(carol, papers["upvoted"])
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
    (line,) = reasons(signed_in(alice).get(LIST)).values()
    assert len(line.split(" · ")) == matches.REASONS_SHOWN
    expected = matches.reasons(alice, [paper.pk])
    assert expected == matches.reasons(alice, [paper.pk, paper.pk + 1])


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


def test_the_list_costs_the_same_with_any_number_of_follows(alice, signed_in):
    for n in range(3):
        PaperFactory(keywords=[f"topic {n}"])
    reader, statement_counts = signed_in(alice), []
    for number in (2, 60):
        for n in range(number):
            TopicFollow.objects.make(alice, f"topic {n}")
            AuthorFollow.objects.make(alice, f"Author {n}")
            OrganisationFollow.objects.get_or_create(user=alice, organisation=OrganisationFactory())
        reader.get(LIST)
        with CaptureQueriesContext(connection) as statements:
            reader.get(LIST)
        statement_counts.append(len(statements))
    assert statement_counts[0] == statement_counts[1]


def test_an_empty_list_says_what_to_do(paper, alice, signed_in):
    reader = signed_in(alice)
    assert "You do not follow anything yet" in text(reader.get(LIST))
    TopicFollow.objects.make(alice, "cs.CL")
    assert "No papers yet from what you follow" in text(reader.get(LIST))
    assert "match this filter" in text(reader.get(f"{LIST}?has=code"))


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


def test_a_file_does_not_look_for_reasons(everywhere, alice, signed_in):
    reader = signed_in(alice)
    with CaptureQueriesContext(connection) as statements:
        assert "Quanta" in reader.get("/papers/following?export=bibtex").content.decode()
    assert not any(re.match("SELECT paper_id, reason", statement["sql"].strip()) for statement in statements)
