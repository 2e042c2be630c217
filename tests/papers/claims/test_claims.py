"""The life of a claim: who may do what with it, what follows from it, and what becomes of it when papers change."""

from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from lib.conflicts import digests
from lib.refusals import BadInput, Conflict, Gone, NotAllowed
from papers.models import AuthorClaim, Correction, Paper, Proof
from papers.models.correction import FIELDS
from papers.signals import authorship_claimed, authorship_decided
from tests.factories import AuthorClaimFactory, PaperFactory, UserFactory
from tests.race import race

PROVEN = {Proof.ORCID: ""}


@pytest.fixture
def signals():
    """The signals that were sent: their names, and the states of the claims by then."""
    sent = []
    receivers = {
        signal: lambda sender, claim, name, **kwargs: sent.append((name, claim.state))
        for signal in (authorship_claimed, authorship_decided)
    }
    names = {authorship_claimed: "claimed", authorship_decided: "decided"}
    for signal, receive in receivers.items():
        receivers[signal] = partial(receive, name=names[signal])
        signal.connect(receivers[signal], weak=False)
    yield sent
    for signal, receive in receivers.items():
        signal.disconnect(receive)


def states(paper) -> list[tuple[str, str]]:
    return list(AuthorClaim.objects.filter(paper=paper).order_by("pk").values_list("user__username", "state"))


def test_one_claim_stands_for_a_person_and_paper(paper, alice):
    claim = AuthorClaim.objects.make(alice, paper, 0)
    assert (claim.name, claim.namesake, claim.state) == ("Ada Lovelace", 0, "open")
    assert AuthorClaim.objects.make(alice, paper, 1) == claim
    claim.release(alice)
    again = AuthorClaim.objects.make(alice, paper, 1)
    assert (again != claim, again.name) == (True, "Grace Hopper")
    assert states(paper) == [("alice", "released"), ("alice", "open")]


@pytest.mark.parametrize("position", [-1, 2, 10**5])
def test_only_an_author_of_the_paper_is_claimed(paper, alice, position):
    with pytest.raises(BadInput, match="Choose which of the authors"):
        AuthorClaim.objects.make(alice, paper, position)


def test_a_paper_that_was_deleted_meanwhile_is_gone(paper, alice, moderator):
    claim = AuthorClaimFactory(user=alice, paper=paper, state="open")
    Paper.objects.filter(pk=paper.pk).delete()
    for act in (
        lambda: AuthorClaim.objects.make(alice, paper, 0),
        lambda: claim.grant(moderator, "Yes."),
        lambda: claim.release(alice),
        lambda: claim.record(PROVEN),
    ):
        with pytest.raises(Gone):
            act()


def test_a_proof_grants_and_the_others_say_why_they_failed(paper, alice, signals):
    claim = AuthorClaimFactory(user=alice, paper=paper, state="open")
    assert not claim.record({Proof.ORCID: "No ORCID iD.", Proof.MAIL: "No address."})
    assert claim.record({Proof.MAIL: ""})
    claim.refresh_from_db()
    assert (claim.state, claim.proof, claim.decided_by) == ("granted", "mail", None)
    assert claim.tried["orcid"] == "No ORCID iD."
    assert signals == [("decided", "granted")]
    assert not claim.record({Proof.REPOSITORY: ""})
    assert AuthorClaim.objects.get().proof == "mail"


def test_a_claim_that_was_released_during_a_check_stays_released(paper, alice):
    claim = AuthorClaimFactory(user=alice, paper=paper, state="open")
    AuthorClaim.objects.get().release(alice)
    assert not claim.record(PROVEN)
    assert states(paper) == [("alice", "released")]


def test_a_person_who_was_deactivated_during_a_check_gets_nothing(paper, alice):
    claim = AuthorClaimFactory(user=alice, paper=paper, state="open")
    type(alice).objects.filter(pk=alice.pk).update(is_active=False)
    assert not claim.record(PROVEN)
    assert states(paper) == [("alice", "open")]


def test_moderators_are_asked_once_and_decide_once(paper, alice, moderator, signals):
    claim = AuthorClaimFactory(user=alice, paper=paper, state="open")
    for message in ("Look at example.org.", "Look again."):
        claim.ask(alice, message)
    assert (claim.state, claim.message) == ("waiting", "Look at example.org.")
    assert list(AuthorClaim.objects.waiting()) == [claim]
    for _ in range(2):
        claim.grant(moderator, "The page names her.")
    claim.refresh_from_db()
    assert (claim.proof, claim.decided_by, claim.reason) == ("moderators", moderator, "The page names her.")
    assert signals == [("claimed", "waiting"), ("decided", "granted")]
    assert not AuthorClaim.objects.waiting().exists()
    with pytest.raises(Conflict, match="already decided"):
        claim.ask(alice, "Once more.")


def test_a_proof_is_enough_while_moderators_are_asked(paper, alice):
    claim = AuthorClaimFactory(user=alice, paper=paper, state="waiting")
    assert claim.record(PROVEN)
    assert not AuthorClaim.objects.waiting().exists()


# From each state, what becomes of the claim by each verb of moderators; None is a Conflict.
DECISIONS = {
    "open": {"grant": "granted", "refuse": "refused", "withdraw": None},
    "waiting": {"grant": "granted", "refuse": "refused", "withdraw": None},
    "granted": {"grant": "granted", "refuse": None, "withdraw": "withdrawn"},
    "refused": {"grant": "granted", "refuse": "refused", "withdraw": None},
    "withdrawn": {"grant": "granted", "refuse": None, "withdraw": "withdrawn"},
    "released": {"grant": None, "refuse": None, "withdraw": None},
}


@pytest.mark.parametrize("state", DECISIONS)
@pytest.mark.parametrize("verb", ["grant", "refuse", "withdraw"])
def test_what_moderators_decide(paper, alice, bob, moderator, state, verb):
    claim = AuthorClaimFactory(user=alice, paper=paper, state=state)
    for actor in (alice, bob):
        with pytest.raises(NotAllowed):
            getattr(claim, verb)(actor, "I can.")
    expected = DECISIONS[state][verb]
    if expected is None:
        with pytest.raises(Conflict):
            getattr(claim, verb)(moderator, "No.")
    else:
        getattr(claim, verb)(moderator, "Because.")
    assert states(paper) == [("alice", expected or state)]


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 1001])
def test_a_decision_has_a_reason(paper, alice, moderator, reason):
    claim = AuthorClaimFactory(user=alice, paper=paper, state="waiting")
    for verb in (claim.grant, claim.refuse):
        with pytest.raises(BadInput, match="reason"):
            verb(moderator, reason)
    own = AuthorClaimFactory(user=moderator, paper=paper, state="open")
    with pytest.raises(BadInput, match="message"):
        own.ask(moderator, reason)
    assert states(paper) == [("alice", "waiting"), ("mo", "open")]


def test_who_releases_a_granted_claim_first_does_not_escape_its_withdrawal(paper, alice, moderator):
    claim = AuthorClaimFactory(user=alice, paper=paper)
    values = {"code_url": "https://evil.example/x", "project_url": "", "keywords": []}
    Correction.objects.make(alice, paper, values, digests({name: getattr(paper, name) for name in FIELDS}))
    claim.release(alice)
    claim.withdraw(moderator, "False.")
    paper.refresh_from_db()
    assert (states(paper), paper.code_url) == ([("alice", "withdrawn")], "")
    assert "Moderators" in AuthorClaim.objects.make(alice, paper, 0).obstacle


def test_nobody_acts_for_the_claimant(paper, alice, bob, moderator):
    claim = AuthorClaimFactory(user=alice, paper=paper, state="open")
    for actor in (bob, moderator):
        for act in (
            claim.release,
            lambda actor: claim.ask(actor, "Please."),
            lambda actor: claim.start_check(actor, timezone.now()),
        ):
            with pytest.raises(NotAllowed, match="somebody else's"):
                act(actor)
    assert states(paper) == [("alice", "open")]


def test_a_name_has_one_claimant_until_the_claim_is_withdrawn(paper, alice, bob, moderator):
    first = AuthorClaimFactory(user=alice, paper=paper)
    second = AuthorClaim.objects.make(bob, paper, 0)
    assert not second.record(PROVEN)
    assert "Somebody else has claimed the name Ada Lovelace" in second.obstacle
    with pytest.raises(Conflict, match="Withdraw that claim first"):
        second.grant(moderator, "Rather him.")
    first.withdraw(moderator, "Not she.")
    second.grant(moderator, "Rather him.")
    assert states(paper) == [("alice", "withdrawn"), ("bob", "granted")]
    with pytest.raises(Conflict):
        first.grant(moderator, "After all.")


@pytest.mark.parametrize(
    ("state", "verb", "denied"), [("granted", "withdraw", "withdrawn"), ("waiting", "refuse", "refused")]
)
def test_against_whom_moderators_decided_is_not_believed_at_once(paper, alice, bob, moderator, state, verb, denied):
    getattr(AuthorClaimFactory(user=alice, paper=paper, state=state), verb)(moderator, "Not she.")
    assert AuthorClaim.objects.make(bob, paper, 0).obstacle == ""
    again = AuthorClaim.objects.make(alice, paper, 0)
    assert not again.record(PROVEN)
    assert "Moderators decided against an earlier claim of yours" in again.obstacle
    again.grant(moderator, "She is, after all.")
    assert states(paper) == [("alice", denied), ("bob", "open"), ("alice", "granted")]


def test_the_database_keeps_the_rules(paper, alice, bob):
    AuthorClaimFactory(user=alice, paper=paper)
    for wrong in (
        {"user": bob},
        {"user": alice, "name": "Grace Hopper"},
        {"user": alice, "state": "open"},
        {"user": bob, "name": "Grace Hopper", "proof": ""},
        {"user": bob, "name": "Grace Hopper", "decided_at": None},
        {"user": bob, "state": "waiting", "waiting_since": None},
        {"user": bob, "state": "odd"},
        {"user": bob, "state": "open", "proof": "odd"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            AuthorClaimFactory(paper=paper, **wrong)


def test_two_people_who_prove_the_same_name_at_once(transactional_db):
    paper, people = PaperFactory(), [UserFactory() for _ in range(8)]
    claims = [AuthorClaim.objects.make(person, paper, 0) for person in people]
    found = race(*[partial(claim.record, PROVEN) for claim in claims])
    assert sorted(found) == [False] * 7 + [True]
    assert AuthorClaim.objects.granted().count() == 1
