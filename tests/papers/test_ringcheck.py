"""Votes of suspected rings are held, visibly, and what is compared is forgotten in time."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from papers import audit, ringcheck, tasks
from papers.models import HeldVote, Vote, VoteNetwork, VoteSalt
from papers.signals import votes_held
from tests.factories import PaperFactory, UserFactory


@pytest.fixture(autouse=True)
def small_site(settings):
    """A site whose few voters are compared as those of a large one are."""
    settings.RING_VOTERS, settings.RING_CROWD = 1, 1


@pytest.fixture
def received():
    """What the signal about held votes said: the id of the paper, their number and the risk."""
    received = []

    def receive(paper, number, factors, **kwargs):
        received.append((paper.pk, number, round(factors["risk"], 2)))

    votes_held.connect(receive)
    yield received
    votes_held.disconnect(receive)


def counters(paper) -> tuple[int, int]:
    paper.refresh_from_db()
    assert audit.mismatches() == []
    return paper.vote_count, paper.held_count


def test_votes_of_new_accounts_from_one_network_are_held_before_they_count(
    paper, signed_in, received, time_machine, small_site
):
    readers = [UserFactory() for _ in range(3)]
    ring = [UserFactory(date_joined=timezone.now()) for _ in range(6)]
    VoteSalt.objects.renew()
    for number, person in enumerate([*readers, *ring]):
        network = "198.51.100.7" if person in ring else f"203.0.{number}.7"
        signed_in(person).act(f"/papers/{paper.arxiv_id}/vote", REMOTE_ADDR=network)
    time_machine.move_to(timezone.now() + timedelta(hours=2))
    for _ in range(2):
        tasks.check_votes(0)
    assert counters(paper) == (3, 6)
    assert [(pk, number) for pk, number, _ in received] == [(paper.pk, 6)]
    assert set(HeldVote.objects.values_list("user", flat=True)) == {person.pk for person in ring}
    assert "6\n          votes under review" in signed_in().get(f"/papers/{paper.arxiv_id}").content.decode()


def test_who_confirms_an_address_later_is_checked_before_the_vote_counts(paper, received, time_machine):
    ring = [UserFactory(date_joined=timezone.now(), confirmed=False) for _ in range(6)]
    VoteSalt.objects.renew()
    for person in ring:
        Vote.objects.make(person, paper, "198.51.100.0/24")
    ringcheck.run()
    assert VoteNetwork.objects.unchecked() == []
    time_machine.move_to(timezone.now() + timedelta(hours=2))
    for person in ring[:-1]:
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    EmailAddress.objects.create(user=ring[-1], email=ring[-1].email, primary=True)
    ringcheck.run()
    assert counters(paper) == (0, 5)
    EmailAddress.objects.update(verified=True)
    ringcheck.run()
    assert counters(paper) == (0, 6)
    assert [number for _, number, _ in received] == [5, 1]


def test_old_accounts_that_upvote_the_same_unpopular_papers_are_held(paper, received):
    ring, readers = [UserFactory() for _ in range(6)], [UserFactory() for _ in range(8)]
    for other in [PaperFactory(authors=[f"Author {number}"]) for number in range(4)]:
        for voter in ring:
            Vote.objects.make(voter, other)
    for voter in readers:
        Vote.objects.make(voter, PaperFactory())
    for voter in [*ring, *readers]:
        Vote.objects.make(voter, paper)
    ringcheck.run()
    assert counters(paper) == (8, 6)
    assert received == [(paper.pk, 6, 0.84)]


def test_papers_of_the_same_people_do_not_make_their_readers_a_ring(lab):
    """A laboratory votes for its own papers, beside others."""
    paper = PaperFactory(organisation=lab)
    own = [PaperFactory(organisation=lab, authors=[f"Author {n}"]) for n in range(2)]
    own += [PaperFactory(authors=["Ada Lovelace"]) for _ in range(2)]
    for voter in [UserFactory() for _ in range(6)]:
        for other in [*own, PaperFactory(authors=["Somebody"]), PaperFactory(authors=["Somebody"]), paper]:
            Vote.objects.make(voter, other)
    ringcheck.run()
    assert counters(paper) == (6, 0)


def test_a_paper_is_checked_once_after_its_votes(paper, django_assert_num_queries):
    voters = [UserFactory() for _ in range(6)]
    for voter in voters:
        Vote.objects.make(voter, paper)
    assert VoteNetwork.objects.unchecked() == [paper.pk]
    ringcheck.run()
    with django_assert_num_queries(2):  # the votes that wait, and the papers to be checked
        ringcheck.run()
    Vote.objects.unmake(voters[0], paper)
    Vote.objects.make(voters[0], paper)
    assert VoteNetwork.objects.unchecked() == [paper.pk]


@contextmanager
def while_votes_are_held(act):
    """Within, what `act` does happens while a check holds votes."""

    def receive(**kwargs):
        act()

    votes_held.connect(receive)
    yield
    votes_held.disconnect(receive)


def cast_by_ring(paper) -> None:
    VoteSalt.objects.renew()
    for voter in [UserFactory(date_joined=timezone.now()) for _ in range(6)]:
        Vote.objects.make(voter, paper, "198.51.100.0/24")


def test_a_paper_whose_check_fails_stops_no_other_and_is_checked_again(db, time_machine):
    papers, reader = [PaperFactory() for _ in range(3)], UserFactory(date_joined=timezone.now())
    cast_by_ring(papers[1])
    for paper in papers:
        Vote.objects.make(reader, paper)
    time_machine.move_to(timezone.now() + timedelta(hours=2))

    def fail():
        raise ConnectionError

    with while_votes_are_held(fail), pytest.raises(ConnectionError):
        ringcheck.run()
    assert [counters(paper) for paper in papers] == [(1, 0), (0, 0), (1, 0)]
    assert VoteNetwork.objects.unchecked() == [papers[1].pk]
    ringcheck.run()
    assert counters(papers[1]) == (1, 6)
    assert VoteNetwork.objects.unchecked() == []


def test_votes_that_are_cast_during_a_check_are_checked_by_the_next_one(paper, alice, bob):
    cast_by_ring(paper)
    for voter in (alice, bob):
        Vote.objects.make(voter, paper)

    def cast_again():
        Vote.objects.unmake(alice, paper)
        Vote.objects.make(alice, paper)

    with while_votes_are_held(cast_again):
        ringcheck.run()
    assert list(VoteNetwork.objects.filter(is_checked=False).values_list("user", flat=True)) == [alice.pk]


def test_networks_are_kept_as_hashes_with_a_salt_that_is_replaced(alice, bob, carol, time_machine):
    papers = [PaperFactory() for _ in range(2)]
    VoteSalt.objects.renew()
    salt = bytes(VoteSalt.objects.get().value)
    Vote.objects.make(carol, papers[0], "")
    Vote.objects.make(alice, papers[0], "198.51.100.0/24")
    Vote.objects.make(bob, papers[0], "198.51.100.0/24")
    Vote.objects.make(bob, papers[1], "203.0.113.0/24")
    time_machine.move_to(timezone.now() + timedelta(days=7, minutes=1))
    VoteSalt.objects.renew()
    assert bytes(VoteSalt.objects.get().value) != salt
    Vote.objects.make(alice, papers[1], "198.51.100.0/24")
    hashes = {(row.user_id, row.paper_id): row.network and bytes(row.network) for row in VoteNetwork.objects.all()}
    first, second = (paper.pk for paper in papers)
    assert hashes[carol.pk, first] is None
    assert hashes[alice.pk, first] == hashes[bob.pk, first] != hashes[bob.pk, second]
    assert hashes[alice.pk, second] != hashes[alice.pk, first]
    assert all(len(digest) == 32 for digest in hashes.values() if digest)
    VoteNetwork.objects.forget()
    assert list(VoteNetwork.objects.values_list("user", "paper")) == [(alice.pk, second)]


def test_the_page_about_ranking_states_the_thresholds_of_the_settings(stranger, db, settings):
    settings.RING_SIZE, settings.RING_RISK, settings.RING_DEVOTED = 9, 0.66, 0.85
    html = " ".join(stranger.get("/about/ranking").content.decode().split())
    assert 'id="rings"' in html
    assert "Upvotes of a group are held if its risk is at least 0.66, if it cast at least 9 upvotes" in html
    assert "linked to at least 8 others" in html
    assert "at least 85 % of them" in html
