"""What authors correct of their papers: it is logged, survives imports, and goes with a claim that proves false."""

import pytest

from lib.conflicts import digests
from lib.refusals import BadInput, Conflict, NotAllowed
from orgs.models import Event, Membership
from orgs.roles import Role
from papers import audit
from papers.ingest.save import save
from papers.models import Affiliation, AuthorClaim, Correction, Paper, State
from papers.models.correction import FIELDS, MAX_KEYWORDS
from papers.signals import paper_corrected
from tests.factories import AuthorClaimFactory, OrganisationFactory, PaperFactory, UserFactory, appoint
from tests.papers.ingest.test_save import FULL

CODE, PROJECT = "https://github.com/lovelace/engine", "https://engine.example.org/"


@pytest.fixture
def paper(db, alice):
    """A paper as it was imported, of which Alice is an author."""
    save([FULL])
    paper = Paper.objects.get()
    AuthorClaimFactory(user=alice, paper=paper)
    return paper


def stored(paper) -> dict:
    paper.refresh_from_db()
    return {name: getattr(paper, name) for name in FIELDS}


def correct(actor, paper, base=None, **values) -> Correction | None:
    before = stored(paper)
    return Correction.objects.make(actor, paper, before | values, base or digests(before))


def test_a_correction_is_stored_logged_and_told(paper, alice):
    told_of = []

    def receive(sender, signal, **arguments):
        told_of.append(arguments)

    paper_corrected.connect(receive)
    revision = paper.revision
    correction = correct(alice, paper, code_url=CODE, keywords=["Engines", " Swarm ", "Engines", ""])
    paper_corrected.disconnect(receive)
    changes = {"code_url": [FULL.code_url, CODE], "keywords": [["Swarm"], ["Engines", "Swarm"]]}
    assert (correction.actor, correction.changes) == (alice, changes)
    assert told_of == [{"actor": alice, "paper": paper, "changes": changes}]
    assert stored(paper) == {"code_url": CODE, "project_url": FULL.project_url, "keywords": ["Engines", "Swarm"]}
    assert (paper.code_stars, paper.code_source, paper.keywords_corrected) == (None, "author", True)
    assert paper.revision > revision
    assert paper.entry.topics == ["cs.lg", "engines", "swarm"]
    assert audit.mismatches() == []


def test_the_same_again_is_no_correction(paper, alice):
    correct(alice, paper, code_url=CODE)
    revision = paper.revision
    assert correct(alice, paper, code_url=f" {CODE} ") is None
    assert (Correction.objects.count(), Paper.objects.get().revision) == (1, revision)


def test_no_import_replaces_what_was_corrected(paper, alice):
    correct(alice, paper, code_url=CODE, keywords=["Engines"])
    Paper.objects.update(code_stars=3)
    save([FULL])
    assert stored(paper) == {"code_url": CODE, "project_url": FULL.project_url, "keywords": ["Engines"]}
    assert (paper.code_stars, paper.vote_count) == (3, 611)
    correct(alice, paper, code_url="", keywords=[])
    save([FULL])
    assert (paper.refresh_from_db(), paper.code_url, paper.keywords) == (None, "", [])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"code_url": "javascript:alert(1)"}, "complete address"),
        ({"project_url": "ftp://example.org/"}, "complete address"),
        ({"project_url": "example"}, "complete address"),
        ({"code_url": "https://example.org/" + "x" * 500}, "at most 500 characters"),
        ({"keywords": ["x" * 121]}, "longer than 120"),
        ({"keywords": [f"word {n}" for n in range(MAX_KEYWORDS + 1)]}, f"at most {MAX_KEYWORDS}"),
    ],
)
def test_what_cannot_be_used_is_refused(paper, alice, values, words):
    before = stored(paper)
    with pytest.raises(BadInput, match=words):
        correct(alice, paper, **values)
    assert stored(paper) == before


@pytest.mark.parametrize("state", ["open", "waiting", "refused", "withdrawn", "released"])
def test_only_authors_correct(paper, bob, state):
    lab = OrganisationFactory()
    AuthorClaimFactory(user=bob, paper=paper, name="Grace Hopper", state=state)
    AuthorClaimFactory(user=bob, paper=PaperFactory())
    for person in (bob, UserFactory(), appoint(UserFactory())):
        for act in (
            lambda person: correct(person, paper, code_url=CODE),
            lambda person: Correction.objects.affiliate(person, paper, lab),
            lambda person: Correction.objects.disaffiliate(person, paper, lab),
        ):
            with pytest.raises(NotAllowed, match="Only people who have claimed their name"):
                act(person)
    assert not Correction.objects.exists()


def test_two_authors_at_once(paper, alice, bob):
    AuthorClaimFactory(user=bob, paper=paper, name="Núria Alone")
    base, before = digests(stored(paper)), stored(paper)
    Correction.objects.make(alice, paper, before | {"code_url": CODE}, base)
    Correction.objects.make(bob, paper, before | {"project_url": PROJECT}, base)
    assert stored(paper) == {"code_url": CODE, "project_url": PROJECT, "keywords": ["Swarm"]}
    with pytest.raises(Conflict, match="at the same time"):
        Correction.objects.make(bob, paper, before | {"code_url": "https://example.org/other"}, base)
    assert stored(paper)["code_url"] == CODE


def test_what_a_false_author_corrected_is_undone(paper, alice, bob):
    AuthorClaimFactory(user=bob, paper=paper, name="Núria Alone")
    correct(alice, paper, code_url="https://example.org/one", project_url=PROJECT)
    correct(alice, paper, code_url="https://example.org/two", keywords=["Buy this"])
    correct(bob, paper, project_url="https://example.org/bobs")
    paper.author_claims.get(user=alice).withdraw(appoint(UserFactory()), "She is not.")
    expected = {"code_url": FULL.code_url, "project_url": "https://example.org/bobs", "keywords": ["Swarm"]}
    assert (stored(paper), paper.keywords_corrected) == (expected, False)
    assert (paper.code_source, paper.project_source) == ("import", "author")
    assert paper.entry.topics == ["cs.lg", "swarm"]


def pair(paper, organisation) -> tuple[str, bool]:
    found = Affiliation.objects.get(paper=paper, organisation=organisation)
    return found.state, found.is_guess


def test_an_organisation_without_an_owner_is_the_authors_to_say(paper, alice):
    imported, free = paper.organisation, OrganisationFactory(name="Free")
    for _ in range(2):
        Correction.objects.affiliate(alice, paper, free)
        Correction.objects.disaffiliate(alice, paper, imported)
    assert (pair(paper, free), pair(paper, imported)) == (("accepted", False), ("refused", False))
    assert [row.changes for row in Correction.objects.order_by("pk")] == [
        {"organisation": ["", free.name]},
        {"organisation": [imported.name, ""]},
    ]
    assert Event.objects.filter(organisation=free).get().text == "tagged “Sharing” as one of its authors"
    save([FULL])
    assert pair(paper, imported) == ("refused", False)
    assert (Paper.objects.get().organisation, audit.mismatches()) == (free, [])


def test_an_organisation_with_an_owner_decides_itself(paper, alice, lab, bob):
    Membership.objects.filter(user=alice).delete()
    Membership.objects.create(organisation=lab, user=UserFactory(), role=Role.OWNER)
    Correction.objects.affiliate(alice, paper, lab)
    assert pair(paper, lab) == ("suggested", False)
    assert Correction.objects.get().described == [
        {"label": "Organisation, suggested to its owners", "old": "", "new": lab.name}
    ]
    owner = lab.memberships.get(role="owner").user
    Affiliation.objects.accept(owner, lab, paper)
    with pytest.raises(NotAllowed, match="Ask its owners"):
        Correction.objects.disaffiliate(alice, paper, lab)
    Affiliation.objects.refuse(owner, lab, paper)
    assert not Correction.objects.affiliate(alice, paper, lab)
    assert pair(paper, lab) == ("refused", False)


def test_what_an_import_guessed_of_an_organisation_is_the_authors_to_deny(paper, alice):
    imported = paper.organisation
    Membership.objects.create(organisation=imported, user=UserFactory(), role=Role.OWNER)
    assert pair(paper, imported) == (State.ACCEPTED, True)
    assert Correction.objects.disaffiliate(alice, paper, imported)
    assert (pair(paper, imported), Paper.objects.get().organisation) == (("refused", False), None)


def test_an_author_who_may_tag_for_the_organisation_tags(paper, alice, lab):
    Correction.objects.affiliate(alice, paper, lab)
    assert pair(paper, lab) == ("accepted", False)


def form(reader, paper) -> dict:
    """The form as its page has it."""
    shown = reader.get(f"{paper.path}/correct").context["form"]
    return {name: shown[name].value() or "" for name in shown.fields if name != "removed"}


def test_the_form_saves_all_at_once(paper, alice, signed_in):
    reader, free = signed_in(alice), OrganisationFactory(name="Free House")
    data = form(reader, paper) | {"code_url": CODE, "keywords": "Engines\nSwarm\n\n"}
    answer = reader.act(f"{paper.path}/correct", data | {"removed": ["thelab"], "added": "free house"}, follow=True)
    assert "Your corrections are saved." in answer.content.decode()
    assert stored(paper) == {"code_url": CODE, "project_url": FULL.project_url, "keywords": ["Engines", "Swarm"]}
    assert paper.organisation == free
    page = reader.get(f"{paper.path}/correct").content.decode()
    assert "Corrections so far" in page
    assert "<del>Swarm</del>" in page
    assert "<ins>Engines, Swarm</ins>" in page


def test_a_form_that_is_refused_keeps_what_was_typed(paper, alice, signed_in, stranger):
    reader = signed_in(alice)
    data = form(reader, paper) | {"project_url": PROJECT}
    for change, words in (
        ({"code_url": "nonsense"}, "valid"),
        ({"added": "Nobody's"}, "No organisation is called “Nobody’s”"),
        ({"keywords": "x" * 121}, "longer than 120"),
    ):
        answer = reader.act(f"{paper.path}/correct", data | change)
        page = answer.content.decode().replace("&#x27;", "’")
        assert (answer.status_code, words in page, PROJECT in page) == (400, True, True)
    signed_out = stranger.post(f"{paper.path}/correct", data)
    assert (signed_out.status_code, PROJECT in signed_out.content.decode()) == (403, True)
    assert (Correction.objects.count(), stored(paper)["project_url"]) == (0, FULL.project_url)


def test_a_conflict_shows_what_the_other_wrote_and_can_be_saved_again(paper, alice, bob, signed_in):
    AuthorClaimFactory(user=bob, paper=paper, name="Núria Alone")
    reader = signed_in(alice)
    data = form(reader, paper) | {"code_url": CODE}
    correct(bob, paper, code_url="https://example.org/bobs")
    answer = reader.act(f"{paper.path}/correct", data)
    page = answer.content.decode()
    assert (answer.status_code, CODE in page, "https://example.org/bobs" in page) == (409, True, True)
    reader.act(f"{paper.path}/correct", data | {"base": answer.context["form"]["base"].value()})
    assert stored(paper)["code_url"] == CODE


def test_who_is_no_author_gets_no_form(paper, bob, signed_in):
    assert "Only people who have claimed their name" in signed_in(bob).get(f"{paper.path}/correct").content.decode()


def test_everybody_reads_what_authors_have_corrected(paper, alice, client):
    page, path = f"/papers/{paper.arxiv_id}", f"/papers/{paper.arxiv_id}/versions"
    assert "what changed" not in client.get(page).content.decode()
    correct(alice, paper, code_url=CODE)
    assert f'href="{path}">what changed' in client.get(page).content.decode()
    before = client.get(path)
    assert f"<ins>{CODE}</ins>" in before.content.decode()
    AuthorClaim.objects.get().withdraw(appoint(UserFactory()), "It was forged.")
    after = client.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert CODE not in after.content.decode()


def test_who_adds_an_organisation_reads_that_its_owners_decide(paper, alice, signed_in):
    owned = OrganisationFactory(name="Owned House")
    Membership.objects.create(organisation=owned, user=UserFactory(), role=Role.OWNER)
    reader = signed_in(alice)
    answer = reader.act(f"{paper.path}/correct", form(reader, paper) | {"added": "owned house"}, follow=True)
    assert "The owners of Owned House decide whether the paper is listed there." in answer.content.decode()
    page = reader.get(f"{paper.path}/correct").content.decode()
    assert "<ins>Owned House</ins>" in page
    assert "suggested to its owners" in page
