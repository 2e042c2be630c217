"""The directories of organisations, topics, people and fields: what is in them, in which order, and who finds it."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from orgs.models import Organisation
from papers import tasks
from papers.directories.directory import PAGE_SIZE
from papers.models import (
    OrganisationEntry,
    OrganisationFollow,
    Paper,
    PersonFollow,
    TopicEntry,
    TopicFollow,
    Vote,
    directory,
)
from tests.conftest import Reader
from tests.factories import NOON, OrganisationFactory, PaperFactory, UserFactory
from tests.papers.lists.test_lists import next_page

pytestmark = pytest.mark.usefixtures("scene")
MORE = 60  # organisations without a paper, which make a second page


def build_scene():
    """Three organisations with papers and many without, five topics, and three people, of whom Hilda hides all."""
    mila, ecole, lab = (
        OrganisationFactory(slug="mila", name="Mila", verified=True),
        OrganisationFactory(slug="ens", name="École normale"),
        OrganisationFactory(slug="lab", name="The Lab"),
    )
    ada = UserFactory(username="ada", name="Ada Lovelace", shows_votes=True)
    bert = UserFactory(username="bert", name="Bert Birch")
    hilda = UserFactory(username="hilda", name="Hilda Hidden", shows_submissions=False)
    old = NOON - timedelta(days=40)
    papers = [
        PaperFactory(organisation=mila, categories=["cs.CL"], keywords=["LLMs"], imported_votes=1),
        PaperFactory(organisation=ecole, categories=["cs.CL", "hep-th"], keywords=["llms", "LLMS"], submitted_by=bert),
        PaperFactory(organisation=lab, keywords=["LLMs"], imported_votes=9, listed_at=old, submitted_by=hilda),
        PaperFactory(organisation=lab, keywords=["scaling"], listed_at=old),
    ]
    for person in (ada, hilda):
        Vote.objects.make(person, papers[0])
    OrganisationFollow.objects.make(ada, ecole)
    TopicFollow.objects.make(ada, "Scaling")
    PersonFollow.objects.make(hilda, ada)
    OrganisationFactory.create_batch(MORE)
    directory.recount()
    return Reader()


def entries(answer) -> list[list[str]]:
    """The texts of each row, without the letters in the place of a logo: the name, and then the counts."""
    html = re.sub('<span class="logo".*?</span>', "", answer.content.decode().partition('class="entries"')[2])
    rows = re.findall(r"<li>(.*?)</li>", html, re.DOTALL)
    return [[" ".join(text.split()) for text in re.findall(r">([^<>]*[^<>\s][^<>]*)<", row)] for row in rows]


def names(answer) -> list[str]:
    return [row[0] for row in entries(answer)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("", ["Mila", "École normale"]),  # what is verified stands first, the papers of this month count
        ("?sort=votes", ["Mila", "The Lab"]),
        ("?sort=followers", ["Mila", "École normale"]),
    ],
)
def test_organisations_in_each_order(scene, query, first):
    assert names(scene.get(f"/orgs{query}"))[:2] == first


def test_what_is_told_of_an_organisation(scene):
    rows = {row[0]: row[1:] for row in entries(scene.get("/orgs"))}
    assert rows["École normale"] == ["1 this month", "1 paper", "0 upvotes", "1 follower"]
    assert rows["Mila"] == ["1 this month", "1 paper", "3 upvotes"]
    assert entries(scene.get("/orgs?q=lab")) == [["The Lab", "2 papers", "9 upvotes"]]


def test_two_pages_hold_each_organisation_once(scene):
    first = scene.get("/orgs")
    second = scene.get(f"/orgs{next_page(first)}")
    found = names(first) + names(second)
    assert len(names(first)) == PAGE_SIZE
    assert sorted(found) == sorted(Organisation.objects.values_list("name", flat=True))
    assert "Back to the first organisations" in second.content.decode()


@pytest.mark.parametrize("words", ["ecole", "NORMALE", "ens", "École normale"])
def test_an_organisation_is_found_by_a_part_of_its_name_or_slug(scene, words):
    assert names(scene.get("/orgs", {"q": words})) == ["École normale"]


@pytest.mark.parametrize("words", ["%", "_", "nowhere"])
def test_nothing_matches(scene, words):
    html = scene.get("/orgs", {"q": words}).content.decode()
    assert f"No organisations match “{words}”." in html
    assert '<a href="/orgs">Show all organisations</a>' in html


def test_a_wrong_order_is_refused(scene):
    html = scene.get("/orgs?sort=size").content.decode()
    assert "Unknown order “size”. Choose one of: month, votes, followers." in html


def test_topics_are_counted_once_a_paper_under_their_usual_spelling(scene):
    assert names(scene.get("/topics")) == ["LLMs", "cs.CL", "hep-th", "scaling"]
    assert names(scene.get("/topics?sort=followers"))[0] == "scaling"
    rows = {row[0]: row[1:] for row in entries(scene.get("/topics"))}
    assert rows["LLMs"] == ["2 this month", "3 papers"]
    assert rows["cs.CL"] == ["Computation and Language", "2 this month", "2 papers"]
    assert rows["scaling"] == ["1 paper", "1 follower"]
    weeks = TopicEntry.objects.get(folded="llms").weeks
    assert (weeks[-1], weeks[-6], sum(weeks), len(weeks)) == (2, 1, 3, 26)


def test_a_category_is_found_by_its_name_and_leads_to_its_papers(scene):
    html = scene.get("/topics?q=and+language").content.decode()
    assert names(scene.get("/topics?q=and+language")) == ["cs.CL"]
    assert 'href="/papers?topic=cs.CL"' in html
    assert "<h1>Computation and Language (cs.CL)</h1>" in scene.get("/papers?topic=cs.CL").content.decode()


def test_fields_are_the_categories_that_have_papers(scene):
    answer = scene.get("/fields")
    assert names(answer) == ["cs.CL", "hep-th"]
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", answer.content.decode()) == ["Computer science", "Physics"]


def test_people_are_those_who_show_papers(scene):
    assert entries(scene.get("/people")) == [
        ["Ada Lovelace", "1 upvoted", "1 follower"],
        ["Bert Birch", "1 submitted"],
    ]
    assert names(scene.get("/people?sort=newest")) == ["Bert Birch", "Ada Lovelace"]
    assert names(scene.get("/people?q=love")) == ["Ada Lovelace"]


def test_who_hides_everything_is_gone_at_once_as_if_they_had_nothing(scene):
    User.objects.filter(username="ada").update(shows_votes=False)
    hidden = scene.get("/people")
    assert names(hidden) == ["Bert Birch"]
    assert "no-cache" in hidden.headers["Cache-Control"]
    Vote.objects.all().delete()
    directory.recount()
    absent = scene.get("/people")
    assert (absent.content, absent.headers["ETag"]) == (hidden.content, hidden.headers["ETag"])


def test_a_hidden_count_is_shown_neither_before_nor_after_it_is_counted(scene):
    User.objects.filter(username="ada").update(shows_submissions=False)
    Paper.objects.filter(submitted_by=None).update(submitted_by=User.objects.get(username="ada"))
    for _ in range(2):
        assert entries(scene.get("/people?q=ada")) == [["Ada Lovelace", "1 upvoted", "1 follower"]]
        directory.recount()
    User.objects.filter(username="ada").update(is_active=False)
    assert names(scene.get("/people")) == ["Bert Birch"]


def test_a_count_follows_what_changed_and_writes_nothing_else(scene):
    assert sum(model.objects.recount() for model in directory.DirectoryEntry.__subclasses__()) == 0
    Paper.objects.filter(keywords=["scaling"]).delete()
    lab = Organisation.objects.get(slug="lab")
    lab.name = "The Laboratory"
    lab.save()
    directory.recount()
    assert "scaling" not in names(scene.get("/topics"))
    assert entries(scene.get("/orgs?q=laboratory")) == [["The Laboratory", "1 paper", "9 upvotes"]]
    lab.delete()
    assert "The Laboratory" not in names(scene.get("/orgs"))


@pytest.mark.parametrize("path", ["/orgs", "/topics", "/people", "/fields"])
def test_statements_do_not_grow_with_rows(scene, path):
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as statements:
            scene.get(path)
        counts.append(len(statements))
        UserFactory(shows_votes=True).votes.create(paper=PaperFactory(categories=["cs.AI"], keywords=["more"]))
        directory.recount()
    assert counts == [1, 1]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/orgs", "There are no organisations yet."),
        ("/topics", "There are no topics yet."),
        ("/people", "Nobody shows any papers yet."),
        ("/fields", "There are no papers in any category yet."),
    ],
)
def test_an_empty_site(scene, path, words):
    Organisation.objects.all().delete()
    Paper.objects.all().delete()
    directory.recount()
    assert words in scene.get(path).content.decode()


def test_topics_are_counted_at_once_if_there_are_none_and_else_every_hour(scene):
    def shown() -> tuple[bool, list[str]]:
        organisations = OrganisationEntry.objects.filter(organisation__slug="late")
        return organisations.exists(), list(TopicEntry.objects.filter(folded__in=["new", "llms"]).order_by("folded"))

    llms = TopicEntry.objects.get(folded="llms")
    PaperFactory(organisation=OrganisationFactory(slug="late"), keywords=["New"])
    tasks.count_directories(0)
    assert shown() == (True, [llms])
    tasks.count_topics(0)
    new = TopicEntry.objects.get(folded="new")
    assert shown() == (True, [llms, new])
    TopicEntry.objects.all().delete()
    tasks.count_directories(0)
    assert shown() == (True, [llms, new])
