"""Topics, collections and the moderation log, in the orders and to the readers of their pages."""

import re

import pytest

from moderation.models import Action
from papers.models import Collection, CollectionFollow, directory
from tests.api.bearer import Program, token_of
from tests.api.hub import hub_client
from tests.factories import NOON, OrganisationFactory, PaperFactory, UserFactory
from tests.orgs.conftest import join
from tests.papers.collections.shelf import shelf

pytestmark = pytest.mark.usefixtures("scene")


def build_scene() -> dict:
    """Four collections of two people and of a lab, of which one is private and one unlisted, and two lines of a log."""
    papers = [
        PaperFactory(arxiv_id="2509.00001", title="One", keywords=["Stars"], categories=["cs.CL"], imported_votes=3),
        PaperFactory(arxiv_id="2509.00002", title="Two", keywords=["Stars", "Graphs"], categories=["cs.LG"]),
    ]
    ada, hilda = UserFactory(username="ada"), UserFactory(username="hilda", shows_collections=False)
    lab = OrganisationFactory(slug="lab")
    member = join(lab, "owner", username="mia")
    autumn = shelf(ada, "Autumn", papers, visibility="public", description="*Falling*.")
    autumn.items.filter(paper=papers[0]).update(note="Read *this*.")
    shelf(lab, "Of the lab", papers[:1], visibility="public")
    shelf(ada, "Private", papers[1:])
    shelf(ada, "By its link", papers, visibility="unlisted")
    shelf(ada, "Empty", visibility="public")
    shelf(hilda, "Hidden", papers, visibility="public")
    CollectionFollow.objects.make(member, autumn)
    about = {"kind": "comment", "subject_id": 1, "label": "a comment", "data": {"cases": []}, "created_at": NOON}
    Action.objects.create(decision="hide", reason="Spam.", moderator_name="Mo", url="/comments/1", **about)
    undone = {"undone_at": NOON, "undone_by_name": "Ned", "undone_reason": "It was none."}
    Action.objects.create(decision="hide", reason="Rude.", moderator_name="Mo", **about, **undone)
    directory.recount()
    return {"ada": ada, "hilda": hilda, "member": member}


def slug(name: str) -> str:
    return Collection.objects.get(name=name).key


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Stars", "Graphs", "cs.LG", "cs.CL"]),
        ("?q=star", ["Stars"]),
        ("?q=computation", ["cs.CL"]),
        ("?sort=papers&limit=1", ["Stars"]),
        ("?q=nothing", []),
    ],
)
def test_topics_come_in_the_order_of_their_page(query, names, client):
    rows = client.get(f"/api/topics{query}").json()
    assert sorted(row["name"] for row in rows) == sorted(names)
    if rows and rows[0]["name"] == "Stars":
        assert (rows[0]["numPapers"], rows[0]["numPapersThisMonth"], sum(rows[0]["weeks"])) == (2, 2, 2)


def test_the_next_page_begins_where_the_header_says(client, settings):
    first = client.get("/api/topics?limit=3")
    [address] = re.fullmatch(r'<(.+)>; rel="next"', first.headers["Link"]).groups()
    assert address.startswith(f"{settings.BASE_URL}/api/topics?limit=3&cursor=")
    second = client.get(address.removeprefix(settings.BASE_URL))
    assert len({row["name"] for row in first.json() + second.json()}) == 4
    assert "Link" not in second.headers


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, ["Autumn", "Of the lab"]),
        ({"sort": "lastModified"}, ["Autumn", "Of the lab"]),
        ({"owner": "ada"}, ["Autumn"]),
        ({"owner": ["ada", "lab"]}, ["Autumn", "Of the lab"]),
        ({"owner": "hilda"}, []),
        ({"item": "papers/2509.00002"}, ["Autumn"]),
        ({"item": ["papers/2509.00002", "papers/2509.00001"]}, ["Autumn", "Of the lab"]),
        ({"item": "models/lab/model"}, []),
        ({"limit": 1, "sort": "upvotes"}, ["Autumn"]),
    ],
)
def test_the_hubs_client_lists_collections(options, names):
    with hub_client() as hub:
        found = list(hub.list_collections(**options))
    assert sorted(row.title for row in found) == sorted(names)


def test_the_hubs_client_reads_a_collection(client):
    with hub_client() as hub:
        found = hub.get_collection(slug("Autumn"))
    assert (found.title, found.description, found.owner["name"]) == ("Autumn", "*Falling*.", "ada")
    assert (found.upvotes, found.private) == (1, False)
    items = [(item.item_id, item.item_type, item.position, item.note) for item in found.items]
    assert items == [("2509.00001", "paper", 0, "Read *this*."), ("2509.00002", "paper", 1, None)]
    row = client.get("/api/collections?q=autu").json()[0]
    assert row["items"][0]["note"]["html"] == "<p>Read <em>this</em>.</p>\n"


def test_it_follows_the_pages_of_a_long_list():
    with hub_client() as hub:
        pages = list(hub.list_collections(owner=["ada", "lab"], limit=5))
    assert len(pages) == 2


@pytest.mark.parametrize(
    ("who", "readable"),
    [
        ("", {"Autumn", "By its link", "Hidden"}),
        ("member", {"Autumn", "By its link", "Hidden"}),
        ("ada", {"Autumn", "By its link", "Hidden", "Private"}),
    ],
)
def test_who_may_read_a_collection_by_its_key(who, readable, scene):
    program = Program(token_of(scene[who]) if who else "")
    answers = {
        name: program.get(f"/api/collections/{slug(name)}") for name in ("Autumn", "By its link", "Hidden", "Private")
    }
    assert {name for name, answer in answers.items() if answer.status_code == 200} == readable
    assert all(answer.json()["title"] == name for name, answer in answers.items() if name in readable)


def test_with_a_token_ones_own_collections_are_listed_too(scene):
    def names(program):
        return {row["title"] for row in program.get("/api/collections?owner=ada&owner=lab").json()}

    assert names(Program(token_of(scene["ada"]))) == {"Autumn", "Private", "By its link", "Empty", "Of the lab"}
    assert names(Program(token_of(scene["member"]))) == {"Autumn", "Of the lab"}


def test_the_log_says_what_its_page_says(client, settings):
    latest, first = client.get("/api/moderation/log").json()
    assert (first["moderator"], first["reason"], first["text"]) == ("Mo", "Spam.", "hid a comment")
    assert first["about"] == {"kind": "comment", "url": f"{settings.BASE_URL}/comments/1"}
    assert ("undone" in first, latest["about"]) == (False, {"kind": "comment"})
    assert latest["undone"] == {"at": "2025-09-10T12:00:00.000Z", "by": "Ned", "reason": "It was none."}
    assert client.get("/api/moderation/log?limit=1").headers["Link"].endswith('rel="next"')
    assert set(first) <= {"id", "createdAt", "moderator", "decision", "text", "reason", "about", "undone", "url"}


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("topics?sort=x", "sort: This must be month, papers or followers."),
        ("collections?limit=0", "limit: This must be at least 1."),
        ("moderation/log?limit=x", "limit: This must be a whole number."),
        ("topics?cursor=x", "This link is damaged or out of date. Start again from the top."),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_name_of_the_parameter(path, error, client):
    answer = client.get(f"/api/{path}")
    assert (answer.status_code, answer.json()) == (400, {"error": error})
