"""Rings of votes: groups of voters for one paper who act as one.

Only groups are looked for, and of each all factors are computed, as shares from 0 to 1:

* `together`: the number of other papers that most of the group upvoted and few others did, up to a limit.
* `new`: the share of accounts that were new when they voted.
* `network`: the share of votes from a network that several of the group's votes came from.
* `devoted`: the share of voters who hardly upvote anything but papers of the same authors or organisations.
* `burst`: the share of votes that were cast within a few minutes.

The risk of a group is 1 - (1 - w₁ f₁) (1 - w₂ f₂) …, with a weight for each factor. Candidates are groups of voters
with similar histories, voters with new accounts in shared networks, and devoted voters. Votes of a launch day come in a
burst, and those of a laboratory from one network: neither suffices without a second factor.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy


@dataclass(frozen=True)
class Limits:
    """The thresholds of `config/rings.py`, which explains them."""

    voters: int
    crowd: float
    size: int
    part: float
    risk: float
    weights: Mapping[str, float]
    common: int
    overlap: float
    share: float
    lift: float
    dominance: float
    together: int
    popular: int
    popular_share: float
    network: int
    burst_minutes: float
    devoted: float
    devoted_votes: int

    @property
    def least_links(self) -> int:
        """To how many others each voter of a group with similar histories is linked."""
        return self.size - 1

    @classmethod
    def from_settings(cls, settings) -> "Limits":
        return cls(**{field.name: getattr(settings, f"RING_{field.name.upper()}") for field in fields(cls)})


@dataclass(frozen=True)
class History:
    """The other papers that a voter has upvoted lately: those of this paper's authors or organisations, and others."""

    related: frozenset[int]
    others: frozenset[int]


@dataclass(frozen=True)
class Ballot:
    """A vote for the paper: whose, when in seconds, and the hash of its network or None."""

    voter: int
    cast_at: float
    is_new: bool
    network: bytes | None
    history: History


@dataclass(frozen=True)
class Site:
    """How many people have voted lately, and how many votes each paper of the histories has."""

    voters: int
    votes: Mapping[int, int]


@dataclass(frozen=True)
class Ring:
    """A suspected ring: the ids of its voters, and its factors by their names, with the `risk`."""

    voters: frozenset[int]
    factors: dict[str, float]


def find(ballots: Sequence[Ballot], site: Site, limits: Limits) -> list[Ring]:
    """The suspected rings among the votes for one paper, the largest first."""
    if site.voters < limits.voters:
        return []
    search = _Search(ballots, site, limits)
    least, most = max(limits.size, limits.part * len(ballots)), limits.crowd * site.voters
    rings = {}
    for members in search.candidates():
        voters = frozenset(search.ballots[member].voter for member in members)
        if least <= len(voters) <= most and voters not in rings:
            rings[voters] = Ring(voters, search.factors(members))
    found = [ring for ring in rings.values() if ring.factors["risk"] >= limits.risk]
    return sorted(found, key=lambda ring: (-len(ring.voters), sorted(ring.voters)))


@dataclass(frozen=True)
class _Search:
    """Groups are lists of places in `ballots`."""

    ballots: Sequence[Ballot]
    site: Site
    limits: Limits

    def candidates(self) -> Iterator[list[int]]:
        everybody = range(len(self.ballots))
        new = [place for place in everybody if self.ballots[place].is_new]
        devoted = [place for place in everybody if self._is_devoted(self.ballots[place].history)]
        yield self._in_shared_networks(new)
        yield devoted
        yield self._in_shared_networks(devoted)
        yield [place for place in devoted if place in set(new)]
        yield from self._similar()

    def factors(self, group: Collection[int]) -> dict[str, float]:
        ballots = [self.ballots[place] for place in group]
        size = len(ballots)
        factors = {
            "together": min(1, len(self.together(group)) / self.limits.together),
            "new": sum(ballot.is_new for ballot in ballots) / size,
            "network": len(self._in_shared_networks(group)) / size,
            "devoted": sum(self._is_devoted(ballot.history) for ballot in ballots) / size,
            "burst": self._largest_burst(ballots) / size,
        }
        weights = self.limits.weights
        return factors | {"risk": 1 - math.prod(1 - weights[name] * share for name, share in factors.items())}

    def together(self, group: Collection[int]) -> list[int]:
        """The papers that most of the group upvoted, but few others, so that many of their votes are the group's."""
        counts = Counter(paper for place in group for paper in self._histories[place])
        size, others = len(group), self.site.voters - len(group)
        return [
            paper
            for paper, count in counts.items()
            if count >= self.limits.share * size
            and count >= self.limits.dominance * self.site.votes[paper]
            and count / size * others > self.limits.lift * (self.site.votes[paper] - count)
        ]

    @cached_property
    def _histories(self) -> list[frozenset[int]]:
        """The histories without papers of the same authors or organisations, and without popular ones."""
        limit = max(self.limits.popular, self.limits.popular_share * self.site.voters)
        popular = {paper for paper, votes in self.site.votes.items() if votes > limit}
        return [ballot.history.others - popular for ballot in self.ballots]

    def _is_devoted(self, history: History) -> bool:
        votes = len(history.related) + len(history.others)
        return votes >= self.limits.devoted_votes and len(history.related) >= self.limits.devoted * votes

    def _in_shared_networks(self, group: Collection[int]) -> list[int]:
        networks = {place: self.ballots[place].network for place in group}
        counts = Counter(network for network in networks.values() if network)
        return [place for place, network in networks.items() if counts[network] >= self.limits.network]

    def _largest_burst(self, ballots: Sequence[Ballot]) -> int:
        """How many of the votes were cast within some time as long as a burst."""
        times, first, largest = sorted(ballot.cast_at for ballot in ballots), 0, 0
        for last, time in enumerate(times):
            while time - times[first] > 60 * self.limits.burst_minutes:
                first += 1
            largest = max(largest, last - first + 1)
        return largest

    def _similar(self) -> Iterator[list[int]]:
        """The connected groups in which each voter is linked to k others, for each k from the size of a ring on.

        Two voters are linked if their histories overlap. A larger k leaves the core of a group (k-core, Seidman 1983).
        """
        links = self._links()
        alive = numpy.ones(len(links), bool)
        for k in range(self.limits.least_links, len(links)):
            while (weak := alive & (links[:, alive].sum(1) < k)).any():
                alive &= ~weak
            if not alive.any():
                return
            yield from _components(links, alive)

    def _links(self) -> numpy.ndarray:
        """Which voters are linked: a symmetric matrix without loops."""
        papers = {paper: column for column, paper in enumerate(sorted(set().union(*self._histories)))}
        upvoted = numpy.zeros((len(self.ballots), len(papers)), numpy.float32)
        for row, history in enumerate(self._histories):
            upvoted[row, [papers[paper] for paper in history]] = 1
        common, sizes = upvoted @ upvoted.T, upvoted.sum(1)
        union = sizes[:, None] + sizes[None, :] - common
        links = (common >= self.limits.common) & (common >= self.limits.overlap * union)
        numpy.fill_diagonal(links, val=False)
        return links


def _components(links: numpy.ndarray, alive: numpy.ndarray) -> Iterator[list[int]]:
    """The connected groups of those who are alive."""
    rest = alive.copy()
    while rest.any():
        group = numpy.zeros_like(rest)
        group[rest.argmax()] = True
        while (reached := group | (links[group].any(0) & rest)).sum() > group.sum():
            group = reached
        yield numpy.flatnonzero(group).tolist()
        rest &= ~group
