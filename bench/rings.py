"""How well the search for rings of votes tells rings from honest crowds, on a simulated site.

    .venv/bin/python bench/rings.py [--seeds N]

A site of sixty days: readers with a few topics each, popular and unpopular papers, laboratories whose members share a
network and like their own papers. On its last days come a newsletter's crowd, partly of new accounts, a laboratory that
votes for its paper from one network within minutes, a ring of twenty new accounts, and a slow ring of twenty old
accounts that also vote for other papers. Each paper is checked after 10, 20, 40, … votes and at the end by
`papers.rings.find` with the site's thresholds. Each seed is another site; no threshold was chosen by these seeds.
Prints precision and recall of held votes, and the ranks of honest papers before and after. Exits with 1 if a limit is
missed.
"""

import argparse
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy
from numpy.random import Generator, default_rng

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench.report import Limit, table, verdict  # noqa: E402
from config import rings as settings  # noqa: E402
from papers.rings import Ballot, History, Limits, Site, find  # noqa: E402

_LIMITS = Limits.from_settings(settings)
_FIRST_SEED, _PRECISION, _RECALL = 4_000, 0.95, 0.8
_READERS, _DAYS, _PAPERS_A_DAY, _TOPICS, _LABS = 1_500, 60, 25, 20, 60
_PAPERS = _DAYS * _PAPERS_A_DAY
_HOUR, _DAY = 3_600, 86_400
_END = _DAYS * _DAY
_CHECKED = 60  # honest papers, those with most votes
_UNNOTICED = 8  # papers of the slow ring before which its histories say nothing yet


@dataclass
class World:
    """`votes` are (time, voter, paper); `ring` are the voters of the two rings."""

    random: Generator
    votes: list[tuple[float, int, int]] = field(default_factory=list)
    joined: dict[int, float] = field(default_factory=dict)
    networks: dict[int, bytes] = field(default_factory=dict)
    lab_of_paper: dict[int, int] = field(default_factory=dict)
    kinds: dict[int, str] = field(default_factory=dict)
    ring: set[int] = field(default_factory=set)
    seen: set[tuple[int, int]] = field(default_factory=set)

    def cast(self, time: float, voter: int, paper: int) -> None:
        if (voter, paper) not in self.seen:
            self.seen.add((voter, paper))
            self.votes.append((time, voter, paper))

    def people(self, number: int, *, joined: float, networks: int) -> list[int]:
        """New people, three in four of them in this many shared networks (all others have one of their own)."""
        first, shared = len(self.joined), [self.random.bytes(8) for _ in range(networks)]
        for voter in range(first, first + number):
            is_shared = shared and self.random.random() < 0.75
            self.joined[voter] = joined + self.random.uniform(-_DAY, 0)
            self.networks[voter] = shared[self.random.integers(networks)] if is_shared else self.random.bytes(8)
        return list(range(first, first + number))

    def paper(self, kind: str) -> int:
        """A paper of the last days, by authors who have no other."""
        paper = _PAPERS + len(self.kinds)
        self.kinds[paper], self.lab_of_paper[paper] = kind, -paper
        return paper


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seeds", type=int, default=6, metavar="N")
    rows, ranks, totals = [], [], Counter()
    for seed in range(_FIRST_SEED, _FIRST_SEED + parser.parse_args().seeds):
        world = simulate(default_rng(seed))
        held = {paper: check(world, paper) for paper in world.kinds}
        counts = _counts(world, held)
        totals += counts
        rows.append((seed, *(_recall(counts, kind) for kind in _RINGS), _recall(counts, *_RINGS), _precision(counts)))
        ranks += [(seed, *row) for row in _ranks(world, held)]
    print(table(["seed", *(f"recall, {kind}" for kind in _RINGS), "recall", "precision"], rows))
    print(table(["seed", "honest paper", "votes", "honest votes held", "place before", "place after"], ranks))
    lost = sum(after > before for *_, before, after in ranks)
    return verdict(
        [
            Limit("precision", _precision(totals), _PRECISION, at_least=True),
            Limit("recall", _recall(totals, *_RINGS), _RECALL, at_least=True),
            Limit("honest papers that lost their place", lost, 0),
        ]
    )


_RINGS = ("new ring", "slow ring")


def simulate(random: Generator) -> World:
    world = World(random)
    readers = world.people(_READERS, joined=-30 * _DAY, networks=0)
    members = {lab: list(random.choice(readers, 12, replace=False)) for lab in range(_LABS)}
    for lab in members.values():
        network = random.bytes(8)
        for voter in lab:
            world.networks[voter] = network
    topics = random.integers(_TOPICS, size=_PAPERS)
    appeal = random.pareto(1.2, _PAPERS) + 0.2
    for paper in range(_PAPERS):
        world.lab_of_paper[paper] = int(random.integers(_LABS))
    _read(world, readers, topics, appeal)
    _support_labs(world, members)
    for paper, _ in Counter(paper for *_, paper in world.votes).most_common(_CHECKED):
        world.kinds[paper] = "popular"
    _launch(world, readers)
    _visit_from_lab(world, members[0])
    _join_new_ring(world)
    _run_slow_ring(world, appeal)
    world.votes.sort()
    return world


def _read(world: World, readers: list[int], topics: numpy.ndarray, appeal: numpy.ndarray) -> None:
    """Each reader votes for papers of one to three topics, and some others, soon after they are listed."""
    random = world.random
    for voter in readers:
        own = numpy.isin(topics, random.integers(_TOPICS, size=random.integers(1, 4)))
        weights = appeal * numpy.where(own, 1, 0.03)
        number = int(min(200, random.lognormal(2.6, 0.9) + 1))
        for paper in random.choice(_PAPERS, number, replace=False, p=weights / weights.sum()):
            world.cast(_listed(paper) + random.exponential(0.6 * _DAY), voter, int(paper))


def _listed(paper: int) -> float:
    return paper // _PAPERS_A_DAY * _DAY


def _support_labs(world: World, members: dict[int, list[int]]) -> None:
    """Members of a laboratory vote for every third of its papers."""
    for paper in range(_PAPERS):
        for voter in members[world.lab_of_paper[paper]]:
            if world.random.random() < 0.3:
                world.cast(_listed(paper) + world.random.exponential(0.3 * _DAY), int(voter), paper)


def _launch(world: World, readers: list[int]) -> None:
    """A newsletter's subscribers vote for its papers: a third for each of eight, most for the last, in two hours."""
    random = world.random
    crowd = list(random.choice(readers, 150, replace=False))
    issues = sorted(random.choice(_PAPERS, 8, replace=False))
    for issue in issues:
        for voter in crowd:
            if random.random() < 0.3:
                world.cast(_listed(issue) + random.exponential(2 * _HOUR), int(voter), int(issue))
    paper, start = world.paper("launch"), _END - 30 * _HOUR
    newcomers = world.people(60, joined=start, networks=25)
    for voter in [*crowd, *newcomers]:
        world.joined[voter] = start if voter in newcomers else world.joined[voter]
        world.cast(start + random.exponential(_HOUR), int(voter), paper)


def _visit_from_lab(world: World, lab: list[int]) -> None:
    """A laboratory votes for its new paper from its network, after a meeting."""
    paper = world.paper("lab")
    world.lab_of_paper[paper] = 0
    for voter in lab:
        world.cast(_END - 20 * _HOUR + world.random.uniform(0, 600), int(voter), paper)
    for voter in world.random.choice(_READERS, 8, replace=False):
        world.cast(_END - 20 * _HOUR + world.random.exponential(_DAY / 3), int(voter), paper)


def _join_new_ring(world: World) -> None:
    """Twenty accounts of three days vote for six papers, most from five networks; some honest readers do, too."""
    ring = world.people(20, joined=_END - 3 * _DAY, networks=5)
    world.ring.update(ring)
    for number in range(6):
        _attack(world, ring, world.paper("new ring"), _END - (60 - 9 * number) * _HOUR, share=0.9, spread=_HOUR)


def _run_slow_ring(world: World, appeal: numpy.ndarray) -> None:
    """Twenty old accounts vote for a paper every two days, over a day, and as often for papers that others like."""
    random = world.random
    ring = world.people(20, joined=-90 * _DAY, networks=0)
    world.ring.update(ring)
    for number in range(28):
        paper = world.paper("slow ring" if number >= _UNNOTICED else "not yet a ring")
        _attack(world, ring, paper, (2 + 2 * number) * _DAY, share=0.7, spread=_DAY / 2)
    for voter in ring:
        for paper in random.choice(_PAPERS, int(random.integers(8, 28)), replace=False, p=appeal / appeal.sum()):
            world.cast(_listed(paper) + random.exponential(_DAY), voter, int(paper))


def _attack(world: World, ring: list[int], paper: int, start: float, *, share: float, spread: float) -> None:
    for voter in ring:
        if world.random.random() < share:
            world.cast(start + world.random.uniform(0, spread), voter, paper)
    for voter in world.random.choice(_READERS, world.random.integers(4, 12), replace=False):
        world.cast(start + world.random.exponential(_DAY / 2), int(voter), paper)


def check(world: World, paper: int) -> set[int]:
    """The voters whose votes for the paper are held at the end."""
    votes = [vote for vote in world.votes if vote[2] == paper]
    held = set()
    for number in {*(number for number in (10, 20, 40, 80, 160, 320) if number < len(votes)), len(votes)}:
        now = votes[number - 1][0]
        for ring in find(*_as_known_at(world, paper, votes[:number], now), _LIMITS):
            held |= ring.voters
    return held


def _as_known_at(world: World, paper: int, votes: list, now: float) -> tuple[list[Ballot], Site]:
    lab, voters = world.lab_of_paper[paper], {voter for _, voter, _ in votes}
    upvoted, counts, active = defaultdict(set), Counter(), set()
    for time, voter, other in world.votes:
        if time > now:
            break
        counts[other] += 1
        active.add(voter)
        if voter in voters and other != paper:
            upvoted[voter].add(other)
    ballots = [_ballot(world, time, voter, upvoted[voter], lab) for time, voter, _ in votes]
    return ballots, Site(len(active), counts)


def _ballot(world: World, time: float, voter: int, upvoted: set[int], lab: int) -> Ballot:
    related = frozenset(paper for paper in upvoted if world.lab_of_paper[paper] == lab)
    is_new = time - world.joined[voter] < 7 * _DAY
    return Ballot(voter, time, is_new, world.networks[voter], History(related, frozenset(upvoted - related)))


def _counts(world: World, held: dict[int, set[int]]) -> Counter:
    """How many votes are held, and how many of those and of all votes are a ring's, by kind of paper."""
    counts = Counter()
    for paper, kind in world.kinds.items():
        counts += Counter({"held": len(held[paper]), "held of a ring": len(held[paper] & world.ring)})
        if kind in _RINGS:
            cast = {voter for _, voter, other in world.votes if other == paper} & world.ring
            counts += Counter({f"cast, {kind}": len(cast), f"caught, {kind}": len(cast & held[paper])})
    return counts


def _precision(counts: Counter) -> float:
    """The share of held votes that are a ring's, including those that its members cast for papers of others."""
    return counts["held of a ring"] / counts["held"]


def _recall(counts: Counter, *kinds: str) -> float:
    """The share of the votes of rings for their papers that are held."""
    return sum(counts[f"caught, {kind}"] for kind in kinds) / sum(counts[f"cast, {kind}"] for kind in kinds)


def _ranks(world: World, held: dict[int, set[int]]) -> list[tuple]:
    """The honest papers that come in a crowd, or of which votes of honest people are held: their ranks among all."""
    votes = Counter(paper for *_, paper in world.votes)
    counted = Counter({paper: number - len(held.get(paper, ())) for paper, number in votes.items()})
    return [
        (kind, votes[paper], len(held[paper] - world.ring), _place(votes, paper), _place(counted, paper))
        for paper, kind in world.kinds.items()
        if kind in {"launch", "lab"} or (kind == "popular" and held[paper] - world.ring)
    ]


def _place(votes: Counter, paper: int) -> int:
    return 1 + sum(number > votes[paper] for number in votes.values())


if __name__ == "__main__":
    sys.exit(main())
