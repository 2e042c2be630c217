"""Rings of votes are found, and honest crowds are left alone."""

from random import Random

import pytest
from django.conf import settings

from papers.rings import Ballot, History, Limits, Site, find

LIMITS = Limits.from_settings(settings)
NOTHING = History(frozenset(), frozenset())


def history(*others, related=()) -> History:
    return History(frozenset(related), frozenset(others))


def ballots(number, *, first=0, minutes=60, is_new=False, network=None, histories=None) -> list[Ballot]:
    """The votes of this many people, cast `minutes` apart. `network` is of all, or else each has one of their own."""
    return [
        Ballot(
            voter=voter,
            cast_at=60.0 * minutes * voter,
            is_new=is_new,
            network=network or b"%d" % voter,
            history=histories(voter) if histories else NOTHING,
        )
        for voter in range(first, first + number)
    ]


def diverse(voter) -> History:
    """Twenty papers of five hundred, others for each voter."""
    return history(*Random(voter).sample(range(1_000, 1_500), 20))


def in_ring(voter) -> History:
    """Seven of ten papers that the ring was paid for, and as many that others like."""
    chance = Random(voter)
    return history(*chance.sample(range(10), 7), *chance.sample(range(1_000, 1_500), 7))


SITE = Site(2_000, dict.fromkeys(range(10), 25) | dict.fromkeys(range(1_000, 1_500), 30))


HONEST = {
    "readers": ballots(60, histories=diverse),
    "a newsletter's readers within minutes": ballots(150, minutes=0.1, histories=diverse),
    "new accounts from many networks within minutes": ballots(60, minutes=0.1, is_new=True),
    "a laboratory from one network within minutes": ballots(12, minutes=0.5, network=b"lab", histories=diverse),
    "a laboratory that likes its own papers": ballots(
        12, network=b"lab", histories=lambda voter: history(*diverse(voter).others, related=range(2_000, 2_006))
    ),
    "people who like the same popular papers": ballots(40, histories=lambda voter: history(*range(3_000, 3_010))),
    "four people who act as one": ballots(4, is_new=True, network=b"net", histories=in_ring),
    "few of many": ballots(5, is_new=True, network=b"net") + ballots(120, first=100, histories=diverse),
}


@pytest.mark.parametrize("crowd", HONEST.values(), ids=HONEST.keys())
def test_an_honest_crowd_is_left_alone(crowd):
    votes = SITE.votes | dict.fromkeys(range(2_000, 2_006), 20) | dict.fromkeys(range(3_000, 3_010), 300)
    assert find(crowd, Site(SITE.voters, votes), LIMITS) == []


RINGS = {
    "new accounts from one network": ballots(8, first=500, is_new=True, network=b"net"),
    "old accounts over days": ballots(20, first=500, histories=in_ring),
    "new accounts that upvoted two other papers": ballots(
        12, first=500, is_new=True, histories=lambda voter: history(1, 2)
    ),
    "devoted accounts in one network": ballots(
        6, first=500, network=b"net", histories=lambda voter: history(related=range(5))
    ),
}


@pytest.mark.parametrize("ring", RINGS.values(), ids=RINGS.keys())
def test_a_ring_among_readers_is_found_and_they_are_left_alone(ring):
    site = Site(SITE.voters, SITE.votes | {1: 20, 2: 20})
    found = find(ring + HONEST["readers"], site, LIMITS)
    assert {voter for group in found for voter in group.voters} == {ballot.voter for ballot in ring}
    assert all(group.factors["risk"] >= LIMITS.risk for group in found)


def test_the_order_of_votes_changes_nothing():
    votes = RINGS["old accounts over days"] + HONEST["readers"]
    shuffled = Random(1).sample(votes, len(votes))
    assert find(shuffled, SITE, LIMITS) == find(votes, SITE, LIMITS)


def test_on_a_small_site_nobody_is_a_ring():
    """Ten colleagues of eleven voters have upvoted the same eight papers."""
    colleagues = ballots(10, histories=lambda voter: history(*range(8)))
    votes = dict.fromkeys(range(8), 10)
    assert find(colleagues, Site(LIMITS.voters - 1, votes), LIMITS) == []
    assert find(colleagues, Site(LIMITS.voters, votes), LIMITS)


def test_a_large_part_of_a_site_is_no_ring():
    """A new site in a laboratory: its people have new accounts in one network."""
    laboratory = ballots(30, is_new=True, network=b"lab")
    assert find(laboratory, Site(149, {}), LIMITS) == []
    assert find(laboratory, Site(150, {}), LIMITS)


def test_people_who_upvote_much_are_no_ring():
    """Everybody upvotes one paper in three, so no group upvotes any much more often than the others do."""
    everybody = ballots(20, histories=lambda voter: history(*Random(voter).sample(range(60), 20)))
    assert find(everybody, Site(120, dict.fromkeys(range(60), 40)), LIMITS) == []
