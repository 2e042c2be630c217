"""Claims of authorship that wait for moderators: their case, the decisions, and what the log says of whom."""

import pytest

from lib.conflicts import digests
from lib.refusals import Conflict
from moderation.models import Action, Case
from papers.models import AuthorClaim, Comment, Content, Correction, Paper, Proof
from papers.models.correction import FIELDS
from tests.factories import AuthorClaimFactory, PaperFactory, UserFactory, appoint
from tests.moderation.conftest import take

PAGES = ("/moderation/log", "/moderation/log.atom", "/moderation/log.json")
REFUSED = "refused a claim to be Ada Lovelace on “Common paper”"


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def claim(rows):
    rows.authorclaim.tried = {"orcid": "No ORCID iD is connected to your account."}
    rows.authorclaim.save()
    rows.authorclaim.ask(rows.person, "Look <here>.")
    return rows.authorclaim


def state_of(claim) -> str:
    return AuthorClaim.objects.get(pk=claim.pk).state


def test_a_claim_comes_into_the_queue_with_all_that_a_decision_needs(claim, mo, author, signed_in):
    other = AuthorClaimFactory(user=author, paper=PaperFactory(title="Earlier paper"))
    AuthorClaimFactory(paper=claim.paper)
    reader = signed_in(mo)
    queue = text(reader.get("/moderation"))
    page = text(reader.get(f"/moderation/authorclaim/{claim.pk}"))
    for words in (
        "claim to be Ada Lovelace on “Common paper”",
        "Claim of authorship",
        "Look &lt;here&gt;.",
        "No ORCID iD is connected",
        "Arthur Author",
        "Joined",
    ):
        assert words in queue, words
        assert words in page, words
    assert "Somebody else has claimed the name Ada Lovelace" in page
    assert "Earlier paper" in page
    assert f'href="/moderation/authorclaim/{other.pk}"' in page


@pytest.mark.parametrize("kind", ["paper", "person"])
def test_a_granted_claim_is_reached_from_its_paper_and_its_person(rows, mo, signed_in, kind):
    claim = AuthorClaimFactory(user=rows.person, paper=PaperFactory(submitted_by=rows.person))
    pk = {"paper": claim.paper_id, "person": claim.user_id}[kind]
    page = signed_in(mo).get(f"/moderation/{kind}/{pk}").content.decode()
    assert f'href="/moderation/authorclaim/{claim.pk}"' in page
    assert "withdraw" in text(signed_in(mo).get(f"/moderation/authorclaim/{claim.pk}"))


@pytest.mark.parametrize("decision", ["grant", "refuse"])
def test_the_claimant_is_notified_once_and_the_case_closes(claim, mo, author, work, decision):
    take(mo, decision, claim, "The page of the lab.")
    work()
    assert not Case.objects.open().exists()
    assert author.notifications.get().kind == "authorship"


def test_the_log_names_the_claimant_of_what_the_paper_shows(claim, mo, client):
    refusal = take(mo, "refuse", claim, "No evidence.")
    for path in (*PAGES, refusal.get_absolute_url()):
        page = client.get(path).content.decode()
        assert REFUSED in page
        assert "Arthur" not in page
        assert "Look" not in page
    grant = take(mo, "grant", claim, "The lab confirms it.")
    page = client.get(grant.get_absolute_url()).content.decode()
    assert "granted a claim to be Ada Lovelace on “Common paper” to Arthur Author" in page
    take(mo, "withdraw", claim, "It was forged.")
    assert "withdrew a claim to be Ada Lovelace on “Common paper” from Arthur Author" in text(client.get(PAGES[0]))


def test_a_grant_after_a_refusal_is_undone_step_by_step(claim, mo, author):
    Comment.objects.post(author, claim.paper, Content("Mine."))
    refusal = take(mo, "refuse", claim)
    grant = take(mo, "grant", claim)
    assert Comment.objects.filter(by_author=True).count() == 2
    with pytest.raises(Conflict, match="now granted"):
        refusal.undo(mo, "I was wrong.")
    grant.undo(mo, "I was wrong.")
    assert (state_of(claim), Comment.objects.filter(by_author=True).count()) == ("refused", 0)
    assert not Case.objects.open().exists()
    refusal.undo(mo, "I was wrong.")
    assert (state_of(claim), Case.objects.open().get().subject()) == ("waiting", claim)


def test_a_withdrawal_is_undone_with_the_proof_that_there_was(rows, mo):
    claim = rows.authorclaim
    claim.record({Proof.REPOSITORY: ""})
    action = take(mo, "withdraw", claim)
    assert state_of(claim) == "withdrawn"
    action.undo(mo, "It is her.")
    claim.refresh_from_db()
    assert (claim.state, claim.proof, claim.decided_by, claim.reason) == ("granted", "repository", None, "")


def test_undoing_a_withdrawal_brings_back_the_corrections_that_nobody_changed_since(rows, mo, author):
    paper, wrong = rows.paper, {"code_url": "https://example.org/a", "project_url": "https://example.org/b"}
    rows.authorclaim.record({Proof.REPOSITORY: ""})
    base = digests({name: getattr(paper, name) for name in FIELDS})
    Correction.objects.make(author, paper, wrong | {"keywords": ["x", "y"]}, base)
    action = take(mo, "withdraw", rows.authorclaim)
    assert Paper.objects.values_list(*FIELDS).get() == ("", "", [])
    take(mo, "relink", paper, code_url="https://example.org/c", project_url="")
    action.undo(mo, "It is them after all.")
    paper.refresh_from_db()
    assert (paper.code_url, paper.code_source) == ("https://example.org/c", "moderator")
    assert (paper.project_url, paper.project_source) == ("https://example.org/b", "author")
    assert (paper.keywords, paper.keywords_corrected) == (["x", "y"], True)


def test_a_released_claim_is_withdrawn_and_that_is_undone_if_it_was_granted(rows, mo, author, signed_in, work):
    claim = rows.authorclaim
    claim.release(author)
    with pytest.raises(Conflict, match="nothing to do"):
        take(mo, "withdraw", claim)
    claim = AuthorClaimFactory(user=author, paper=rows.paper)
    claim.release(author)
    assert "Withdraw" in text(signed_in(mo).get(f"/moderation/authorclaim/{claim.pk}"))
    action = take(mo, "withdraw", claim)
    assert state_of(claim) == "withdrawn"
    action.undo(mo, "It is them.")
    work()
    assert state_of(claim) == "released"
    latest = author.notifications.latest("pk")
    assert "took back their decision on your claim" in str(latest)


def test_undoing_does_not_put_two_claims_in_one_place(claim, mo, author, carol):
    refusal = take(mo, "refuse", claim)
    AuthorClaim.objects.make(author, claim.paper, 1)
    with pytest.raises(Conflict, match="has another claim"):
        refusal.undo(mo, "I was wrong.")
    AuthorClaim.objects.standing().get().release(author)
    grant = take(mo, "grant", claim)
    withdrawal = take(mo, "withdraw", claim)
    AuthorClaimFactory(user=carol, paper=claim.paper)
    with pytest.raises(Conflict, match="Somebody else is marked"):
        withdrawal.undo(mo, "I was wrong.")
    with pytest.raises(Conflict, match="now withdrawn"):
        grant.undo(mo, "I was wrong.")
    assert state_of(claim) == "withdrawn"


def test_the_claimant_reads_that_a_decision_was_taken_back(claim, mo, author, work):
    action = take(mo, "refuse", claim)
    work()
    action.undo(mo, "I was wrong.")
    work()
    texts = [str(row) for row in author.notifications.all()]
    assert any("took back their decision on your claim to be Ada Lovelace" in words for words in texts)


@pytest.mark.parametrize(
    "decide",
    [
        lambda claim: claim.release(claim.user),
        lambda claim: claim.record({Proof.PAGE: ""}),
        lambda claim: claim.grant(appoint(UserFactory()), "Yes."),
        lambda claim: claim.user.leave(),
        lambda claim: claim.paper.delete(),
    ],
)
def test_a_claim_that_is_decided_elsewhere_closes_its_case(claim, decide):
    assert Case.objects.open().count() == 1
    decide(claim)
    assert not Case.objects.open().exists()


def test_who_leaves_is_forgotten_by_the_log(claim, mo, author, client):
    take(mo, "grant", claim)
    action = take(mo, "withdraw", claim)
    take(mo, "remove", claim.paper)
    author.leave()
    page = client.get("/moderation/log").content.decode()
    assert "from a deleted account" in page
    assert "to a deleted account" in page
    assert "Arthur" not in page
    action.refresh_from_db()
    assert str(author.pk) not in str(action.data)


def test_appointments_stand_in_the_log_and_are_not_undone_there(mo, ned, carol, signed_in, client):
    mo.is_superuser = True
    mo.save()
    carol.appoint(mo)
    carol.appoint(mo)
    carol.dismiss(mo)
    page = text(client.get("/moderation/log"))
    assert page.count("appointed Carol Cedar as a moderator") == 1
    assert page.count("dismissed Carol Cedar as a moderator") == 1
    assert "Carol Cedar as a moderator" in client.get("/moderation/log.atom").content.decode()
    action = Action.objects.order_by("pk")[0]
    assert client.get(action.get_absolute_url()).status_code == 200
    assert f"/moderation/log/{action.pk}/undo" not in text(signed_in(ned).get(f"/moderation/person/{carol.pk}"))
    with pytest.raises(Conflict, match="on their page"):
        action.undo(mo, "No.")
    assert (
        signed_in(ned).act(f"/moderation/person/{carol.pk}/appoint", {"reason": "Me", "seen": "9-0-0"}).status_code
        == 404
    )
    carol.refresh_from_db()
    assert not carol.is_appointed_moderator
