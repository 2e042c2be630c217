"""Organisations and people, as their pages describe them to each reader, and as the Hub's client reads them."""

import pytest
from huggingface_hub.errors import HfHubHTTPError

from orgs.models import FormerSlug
from orgs.roles import Role
from papers.models import OrganisationFollow, PersonFollow, Vote, directory
from tests.api.bearer import Program, token_of
from tests.api.hub import hub_client
from tests.factories import AuthorClaimFactory, OrganisationFactory, PaperFactory, UserFactory, appoint
from tests.orgs.conftest import join

pytestmark = pytest.mark.usefixtures("scene")
LINKS = [{"label": "Home", "url": "https://lab.example"}]


def build_scene() -> dict:
    """A lab with two members, of whom Hilda hides everything, and the papers of both."""
    lab = OrganisationFactory(
        slug="lab", name="The Lab", verified=True, description="We *share*.", website="https://lab.example", links=LINKS
    )
    FormerSlug.objects.create(slug="old-lab", organisation=lab)
    hidden = dict.fromkeys(["shows_submissions", "shows_votes", "shows_collections", "shows_memberships"], False)
    hilda = join(lab, Role.MEMBER, username="hilda", name="Hilda Hidden", **hidden)
    ada = join(lab, Role.OWNER, username="ada", name="Ada Lovelace", about="I *count*.", shows_votes=True)
    papers = [
        PaperFactory(title="Of the lab", organisation=lab, submitted_by=hilda),
        PaperFactory(title="Submitted by Ada", submitted_by=ada),
        PaperFactory(title="Written by Ada"),
    ]
    AuthorClaimFactory(user=ada, paper=papers[2])
    for person in (ada, hilda):
        Vote.objects.make(person, papers[0])
    reader = UserFactory(username="rita")
    OrganisationFollow.objects.make(reader, lab)
    PersonFollow.objects.make(reader, ada)
    directory.recount()
    return {"ada": ada, "hilda": hilda, "reader": reader}


def test_the_hubs_client_reads_an_organisation():
    with hub_client() as hub:
        lab = hub.get_organization_overview("lab")
    assert (lab.name, lab.fullname, lab.details, lab.is_verified) == ("lab", "The Lab", "We *share*.", True)
    assert lab.avatar_url.endswith(".svg")
    assert (lab.num_papers, lab.num_followers, lab.num_users, lab.is_following) == (1, 1, 1, None)


def test_the_hubs_client_reads_a_person(scene):
    with hub_client(token_of(scene["reader"])) as hub:
        ada = hub.get_user_overview("ada")
    assert (ada.username, ada.fullname, ada.details, ada.user_type) == ("ada", "Ada Lovelace", "I *count*.", "user")
    assert (ada.num_followers, ada.num_papers, ada.is_following, ada.is_pro) == (1, 1, True, False)
    assert [(org.name, org.roleInOrg) for org in ada.orgs] == [("lab", "owner")]


@pytest.mark.parametrize("who", ["", "reader", "hilda"])
def test_what_a_person_hides_is_to_others_as_if_it_were_not(who, scene):
    program = Program(token_of(scene[who]) if who else "")
    found = program.get("/api/users/hilda/overview").json()
    titles = {
        of: [row["title"] for row in program.get(f"/api/users/hilda/papers?of={of}").json()]
        for of in ("submitted", "upvoted")
    }
    members = program.get("/api/organizations/lab/overview").json()["numUsers"]
    if who == "hilda":
        assert ([org["name"] for org in found["orgs"]], members) == (["lab"], 2)
        assert titles == {"submitted": ["Of the lab"], "upvoted": ["Of the lab"]}
    else:
        assert (found["orgs"], members, titles) == ([], 1, {"submitted": [], "upvoted": []})


@pytest.mark.parametrize(
    ("path", "titles"),
    [
        ("/api/organizations/lab/papers", ["Of the lab"]),
        ("/api/users/ada/papers", ["Submitted by Ada"]),
        ("/api/users/ada/papers?of=authored", ["Written by Ada"]),
        ("/api/users/ada/papers?of=upvoted", ["Of the lab"]),
        ("/api/users/ada/papers?q=nothing", []),
    ],
)
def test_their_papers_are_those_of_their_pages(path, titles, client):
    assert [row["title"] for row in client.get(path).json()] == titles


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/api/organizations/old-lab/overview", "/api/organizations/lab/overview"),
        ("/api/organizations/LAB/papers?limit=1", "/api/organizations/lab/papers?limit=1"),
        ("/api/users/ADA/papers?of=upvoted", "/api/users/ada/papers?of=upvoted"),
    ],
)
def test_another_name_leads_to_the_present_one(path, address, client):
    answer = client.get(path)
    assert (answer.status_code, answer.url) == (301, address)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_what_is_not_there_is_not_found(scene, client):
    scene["ada"].suspend(appoint(UserFactory()), "Spam")
    assert client.get("/api/users/ada/overview").json() == {"error": "This account is suspended."}
    for path in ("users/nobody/overview", "users/nobody/papers", "organizations/nobody/overview"):
        answer = client.get(f"/api/{path}")
        assert (answer.status_code, answer.json()) == (404, {"error": "Not found, or you may not see it."})


def test_the_hubs_client_says_who_one_is(scene):
    with hub_client(token_of(scene["hilda"], "vote")) as hub:
        found = hub.whoami()
    assert (found["name"], found["fullname"], found["type"]) == ("hilda", "Hilda Hidden", "user")
    assert [(org["name"], org["roleInOrg"]) for org in found["orgs"]] == [("lab", "member")]
    token = found["auth"]["accessToken"]
    assert (token["displayName"], token["role"], token["scopes"]) == ("token 0", "write", ["vote"])


def test_without_a_token_one_is_nobody(scene, signed_in):
    for reader in (Program(), signed_in(scene["ada"])):
        answer = reader.get("/api/whoami-v2")
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert "private" in answer.headers["Cache-Control"]
    with hub_client("hf_unknown") as hub, pytest.raises(HfHubHTTPError, match="Invalid user token"):
        hub.whoami()


def test_an_answer_to_a_token_is_kept_by_no_shared_cache(scene):
    program = Program(token_of(scene["reader"]))
    for path in ("whoami-v2", "users/ada/overview", "organizations/lab/overview", "organizations/lab/papers"):
        answer = program.get(f"/api/{path}")
        assert answer.headers["Cache-Control"] == "private, no-cache"
        again = program.get(f"/api/{path}", headers={"if-none-match": answer.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
