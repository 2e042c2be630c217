"""Which votes count: those of new accounts wait, those without a confirmed address, too, and held ones for a review."""

from datetime import timedelta
from functools import partial

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.utils import timezone

from accounts.models import User
from lib.refusals import NotAllowed
from papers import audit, ringcheck
from papers.models import Paper, Vote, VoteState
from papers.models.vote import YOUNG
from papers.signals import votes_held
from tests.factories import PaperFactory, UserFactory, appoint
from tests.race import interleave, race


def new_account(**fields):
    return UserFactory(date_joined=timezone.now(), **fields)


def counters(paper) -> tuple[int, int]:
    paper.refresh_from_db()
    assert audit.mismatches() == []
    return paper.vote_count, paper.held_count


def state_of(voter, paper) -> str:
    return Vote.objects.get(user=voter, paper=paper).state


VOTERS = {
    "old": (UserFactory, VoteState.COUNTED, 1, ""),
    "new": (new_account, VoteState.YOUNG, 0, "Your upvote will count in an hour: votes of new accounts wait."),
    "unconfirmed": (
        partial(UserFactory, confirmed=False),
        VoteState.UNCONFIRMED,
        0,
        "Your upvote will count soon after you confirm your email address.",
    ),
}


@pytest.fixture(params=VOTERS)
def voter(request, db):
    return VOTERS[request.param][0](), *VOTERS[request.param][1:]


def test_the_answer_says_whether_a_vote_counts(voter, paper, signed_in):
    person, state, counted, remark = voter
    reader = signed_in(person)
    html = reader.act(f"/papers/{paper.arxiv_id}/vote", headers={"hx-request": "true"}).content.decode()
    assert f'<p hx-swap-oob="innerHTML:#status">{remark}</p>' in html
    assert 'aria-pressed="true"' in html
    assert ("does not count for now" in html) is (counted == 0)
    assert ("<small>not counted</small>" in html) is (counted == 0)
    assert (", yours not counted" in html) is (counted == 0)
    assert (state_of(person, paper), counters(paper)) == (state, (counted, 0))
    again = reader.act(f"/papers/{paper.arxiv_id}/vote", headers={"hx-request": "true"}).content.decode()
    assert again == html
    own = reader.get(f"/papers/{paper.arxiv_id}").content.decode()
    assert ("does not count for now" in own, remark in own) == (counted == 0, True)
    assert ("does not count for now" in reader.get("/papers").content.decode()) is (counted == 0)
    withdrawn = reader.act(f"/papers/{paper.arxiv_id}/vote/withdraw", headers={"hx-request": "true"}).content.decode()
    assert '<p hx-swap-oob="innerHTML:#status"></p>' in withdrawn
    assert "does not count for now" not in withdrawn
    assert (counters(paper), Vote.objects.count()) == ((0, 0), 0)


def test_without_javascript_a_message_says_it(voter, paper, signed_in):
    person, *_, remark = voter
    answer = signed_in(person).act(f"/papers/{paper.arxiv_id}/vote", {"next": "/about"}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ([remark] if remark else [])


def test_a_vote_of_a_new_account_counts_after_an_hour(paper, time_machine):
    voter = new_account()
    Vote.objects.make(voter, paper)
    time_machine.move_to(timezone.now() + YOUNG - timedelta(minutes=1), tick=False)
    ringcheck.run()
    assert counters(paper) == (0, 0)
    revision = paper.revision
    time_machine.shift(timedelta(minutes=2))
    ringcheck.run()
    ringcheck.run()
    assert (counters(paper), state_of(voter, paper)) == ((1, 0), "counted")
    assert paper.revision == revision + 1
    Vote.objects.unmake(voter, paper)
    assert counters(paper) == (0, 0)


@pytest.mark.parametrize(("is_old", "state", "counted"), [(True, "counted", 1), (False, "young", 0)])
def test_who_confirms_an_address_has_the_votes_counted_or_held_for_an_hour(is_old, state, counted, paper, signed_in):
    voter = (UserFactory if is_old else new_account)(confirmed=False)
    address = EmailAddress.objects.create(user=voter, email=voter.email, primary=True)
    reader = signed_in(voter)
    reader.act(f"/papers/{paper.arxiv_id}/vote")
    reader.act(f"/accounts/confirm-email/{EmailConfirmationHMAC.create(address).key}/")
    address.refresh_from_db()
    assert address.verified
    assert counters(paper) == (0, 0)
    ringcheck.run()
    assert (state_of(voter, paper), counters(paper)) == (state, (counted, 0))


def test_an_address_that_was_confirmed_in_another_way_counts_within_a_minute(paper, alice):
    voter = UserFactory(confirmed=False)
    for person in (voter, alice):
        Vote.objects.make(person, paper)
    EmailAddress.objects.create(user=voter, email=voter.email, verified=True)
    ringcheck.run()
    assert counters(paper) == (2, 0)


def test_a_vote_that_waits_does_not_count_while_its_voter_is_suspended(paper, time_machine):
    voter = new_account()
    Vote.objects.make(voter, paper)
    voter.is_active = False
    voter.save()
    time_machine.move_to(timezone.now() + 2 * YOUNG)
    ringcheck.run()
    assert counters(paper) == (0, 0)


def test_an_inactive_account_casts_nothing(paper):
    voter = UserFactory(is_active=False)
    with pytest.raises(NotAllowed, match="not active"):
        Vote.objects.make(voter, paper)
    assert (counters(paper), Vote.objects.count()) == ((0, 0), 0)


@pytest.fixture
def moderator(db):
    return appoint(UserFactory(username="mo"))


@pytest.fixture
def held(paper, alice, bob, carol):
    """The paper, of whose three votes Alice's and Bob's are held."""
    for voter in (alice, bob, carol):
        Vote.objects.make(voter, paper)
    assert Vote.objects.hold(paper, [alice.pk, bob.pk], {"new": 1.0}) == 2
    assert counters(paper) == (1, 2)
    return paper


DECISIONS = {"release": ("released", 2), "refuse": ("refused", 0)}


@pytest.mark.parametrize("verb", DECISIONS)
def test_a_moderator_decides_and_can_undo_it(verb, held, alice, bob, moderator):
    decide, (state, counted) = getattr(Vote.objects, verb), DECISIONS[verb]
    revision = held.revision
    voters = sorted([alice.pk, bob.pk])
    assert decide(moderator, held) == {"number": 2, "voters": voters}
    assert decide(moderator, held) == {"number": 0, "voters": []}
    assert (counters(held), state_of(alice, held)) == ((1 + counted, 0), state)
    assert held.revision == revision + 1
    Vote.objects.reopen(moderator, held, VoteState(state), [bob.pk])
    assert (state_of(alice, held), state_of(bob, held)) == (state, "review")
    Vote.objects.reopen(moderator, held, VoteState(state), voters)
    assert (counters(held), state_of(alice, held)) == ((1, 2), "review")


@pytest.mark.parametrize(("verb", "args"), [("release", []), ("refuse", []), ("reopen", [VoteState.RELEASED, []])])
def test_nobody_else_decides(verb, args, held, alice, carol):
    for person in (alice, carol):
        with pytest.raises(NotAllowed):
            getattr(Vote.objects, verb)(person, held, *args)
    assert counters(held) == (1, 2)


@pytest.mark.parametrize(
    ("verb", "state", "counted"), [(None, "review", 0), ("refuse", "refused", 0), ("release", "released", 1)]
)
def test_casting_again_is_no_way_round_a_review(verb, state, counted, held, alice, moderator):
    """The vote is withdrawn before the decision, and cast again after it."""
    Vote.objects.unmake(alice, held)
    assert counters(held) == (1, 1)
    if verb:
        getattr(Vote.objects, verb)(moderator, held)
    before = counters(held)
    Vote.objects.make(alice, held)
    assert state_of(alice, held) == state
    assert counters(held) == (before[0] + counted, before[1] + (verb is None))


def test_released_votes_are_not_held_again_and_other_papers_are_judged_anew(held, alice, bob, carol, moderator):
    Vote.objects.release(moderator, held)
    assert Vote.objects.hold(held, [alice.pk, bob.pk, carol.pk], {}) == 1
    assert counters(held) == (2, 1)
    other = PaperFactory()
    Vote.objects.make(alice, other)
    assert counters(other) == (1, 0)
    assert Vote.objects.hold(other, [alice.pk], {}) == 1


def test_whoever_is_above_learns_once_of_held_votes(paper, alice, bob):
    received = []

    def receive(paper, number, factors, **kwargs):
        received.append((paper.pk, number, factors))

    votes_held.connect(receive)
    Vote.objects.make(alice, paper)
    for _ in range(2):
        Vote.objects.hold(paper, [alice.pk, bob.pk], {"risk": 0.8})
    votes_held.disconnect(receive)
    assert received == [(paper.pk, 1, {"risk": 0.8})]


def test_the_page_says_how_many_votes_are_under_review(held, alice, carol, moderator, signed_in, stranger):
    path = f"/papers/{held.arxiv_id}"
    link = '<a href="/about/ranking#rings">2\n          votes under review</a>'
    for reader in (stranger, signed_in(carol), signed_in(alice)):
        assert link in reader.get(path).content.decode()
    assert "until a moderator has decided" in signed_in(alice).get(path).content.decode()
    assert "until a moderator has decided" not in signed_in(carol).get(path).content.decode()
    Vote.objects.release(moderator, held)
    assert "under review" not in stranger.get(path).content.decode()


def test_who_leaves_takes_held_votes_along(held, alice, carol):
    alice.delete()
    assert counters(held) == (1, 1)
    carol.delete()
    assert counters(held) == (0, 1)


def test_audit_knows_held_votes(held):
    Paper.objects.update(vote_count=3, held_count=0)
    found = [(mismatch.counter, mismatch.stored, mismatch.expected) for mismatch in audit.mismatches()]
    assert found == [("vote_count", 3, 1), ("held_count", 0, 2)]
    audit.repair()
    assert counters(held) == (1, 2)


@pytest.mark.django_db(transaction=True)
def test_a_vote_is_withdrawn_while_it_is_being_held():
    paper, voter = PaperFactory(), UserFactory()
    Vote.objects.make(voter, paper)
    hold = partial(Vote.objects.hold, Paper.objects.get(), [voter.pk], {})
    assert interleave(Paper.objects.get().lock, partial(Vote.objects.unmake, voter, paper), hold) is True
    assert (counters(paper), Vote.objects.count()) == ((0, 0), 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("verb", "state"), [("release", "released"), ("refuse", "refused")])
def test_a_held_vote_is_cast_again_while_it_is_decided_on(verb, state):
    paper, voter, moderator = PaperFactory(), UserFactory(), appoint(UserFactory())
    Vote.objects.make(voter, paper)
    Vote.objects.hold(paper, [voter.pk], {})
    Vote.objects.unmake(voter, paper)
    decide = partial(getattr(Vote.objects, verb), moderator, paper)
    assert interleave(Paper.objects.get().lock, partial(Vote.objects.make, voter, Paper.objects.get()), decide) is True
    assert state_of(voter, paper) == state
    assert counters(paper) == (verb == "release", 0)


@pytest.mark.django_db(transaction=True)
def test_64_voters_and_moderators_at_once_lose_nothing():
    paper = PaperFactory(imported_votes=7)
    old, new = [UserFactory() for _ in range(32)], [new_account() for _ in range(16)]
    moderators = [appoint(UserFactory()) for _ in range(4)]
    for voter in old[:16]:
        Vote.objects.make(voter, paper)

    def vote(voter):
        for change in (Vote.objects.make, Vote.objects.unmake, Vote.objects.make):
            change(voter, paper)

    acts = [partial(vote, voter) for voter in [*old, *new]]
    acts += [partial(Vote.objects.hold, paper, [voter.pk for voter in old[n::6]], {}) for n in range(6)]
    for moderator in moderators:
        acts += [partial(verb, moderator, paper) for verb in (Vote.objects.release, Vote.objects.refuse)]
    acts += [User.objects.get(pk=old[0].pk).delete, partial(Vote.objects.settle, paper.pk, [voter.pk for voter in new])]
    results = race(*acts)
    assert len(acts) == 64
    assert {type(result) for result in results if isinstance(result, Exception)} <= {NotAllowed}
    states = dict.fromkeys(VoteState.values, 0)
    for state in Vote.objects.values_list("state", flat=True):
        states[state] += 1
    assert sum(states.values()) == 47
    assert states["young"] == 16
    assert counters(paper) == (7 + states["counted"] + states["released"], states["review"])
