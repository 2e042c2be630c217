"""The check of a paper's votes for rings, which holds those of a suspected one for a review."""

from collections.abc import Iterable
from contextlib import ExitStack
from datetime import timedelta

from django.conf import settings
from django.core.cache import caches
from django.db import transaction
from django.utils import timezone

from lib import statements
from papers import rings
from papers.models import Paper, Vote, VoteNetwork
from papers.models.content import NEW_ACCOUNT

_VOTERS_KEPT = 3600  # seconds for which the number of voters of the site is kept


def run() -> None:
    """Check the papers that got votes since they were last checked, and count the votes that have waited.

    A paper whose check fails is checked again in the next run, and its votes wait. The others are checked nevertheless;
    then the error is raised.
    """
    waiting = Vote.objects.waiting()
    with ExitStack() as checks:
        for pk in sorted({*VoteNetwork.objects.unchecked(), *waiting}, reverse=True):
            checks.callback(_check_and_settle, pk, waiting.get(pk, []))


def _check_and_settle(pk: int, voters: list[int]) -> None:
    """Check the paper, then count the votes of these voters, which had waited long enough when it began."""
    for paper in Paper.objects.filter(pk=pk):
        check(paper)
        if voters:
            Vote.objects.settle(pk, voters)


def check(paper: Paper) -> int:
    """Hold the votes of suspected rings among the votes for a paper; return how many were not held before."""
    unchecked = VoteNetwork.objects.unchecked_votes(paper.pk)
    found = find(paper)
    with transaction.atomic():
        held = sum(Vote.objects.hold(paper, ring.voters, ring.factors) for ring in found)
        VoteNetwork.objects.mark_checked(paper.pk, unchecked)
    return held


def find(paper: Paper) -> list[rings.Ring]:
    """The suspected rings among the votes for the paper.

    Votes that moderators have released are in none, nor are those without a confirmed address, which do not count.
    """
    votes = statements.rows(_VOTES, {"paper": paper.pk, "new": NEW_ACCOUNT, "limit": settings.RING_VOTES})
    if len(votes) < settings.RING_SIZE:
        return []
    histories, counts = _histories(paper, [voter for voter, *_ in votes])
    ballots = [
        rings.Ballot(voter, cast_at.timestamp(), is_new, network and bytes(network), histories[voter])
        for voter, cast_at, is_new, network in votes
    ]
    return rings.find(ballots, rings.Site(_voters(), counts), rings.Limits.from_settings(settings))


def _histories(paper: Paper, voters: Iterable[int]) -> tuple[dict[int, rings.History], dict[int, int]]:
    """What each of these people has upvoted lately besides this paper, and how many votes each of these papers has."""
    pairs = statements.rows(_HISTORIES, {"paper": paper.pk, "voters": [*voters], "since": _since()}, is_prepared=False)
    papers = {pk for _, pk in pairs}
    found = statements.rows(_PAPERS, {"paper": paper.pk, "papers": sorted(papers)}, is_prepared=False)
    related = {pk for pk, _, is_related in found if is_related}
    upvoted = {voter: set() for voter in voters}
    for voter, pk in pairs:
        upvoted[voter].add(pk)
    histories = {
        voter: rings.History(frozenset(own & related), frozenset(own - related)) for voter, own in upvoted.items()
    }
    return histories, {pk: votes for pk, votes, _ in found}


def _voters() -> int:
    """How many people have voted lately, as it was within the last hour."""
    return caches["pages"].get_or_set("voters", _count_voters, _VOTERS_KEPT)


def _count_voters() -> int:
    return Vote.objects.filter(created_at__gt=_since()).values("user").distinct().count()


def _since():
    return timezone.now() - timedelta(days=settings.RING_DAYS)


_VOTES = """
    SELECT vote.user_id, vote.created_at, vote.created_at - date_joined < %(new)s, network
    FROM papers_vote vote
    JOIN accounts_user person ON person.id = vote.user_id
    LEFT JOIN papers_votenetwork origin ON origin.paper_id = vote.paper_id AND origin.user_id = vote.user_id
    WHERE vote.paper_id = %(paper)s AND (
        state IN ('counted', 'young', 'review', 'refused')
        OR state = 'unconfirmed' AND EXISTS (SELECT FROM account_emailaddress WHERE user_id = person.id AND verified)
    )
    ORDER BY vote.created_at DESC, vote.user_id LIMIT %(limit)s
"""
_HISTORIES = """
    SELECT user_id, paper_id FROM papers_vote
    WHERE user_id = ANY(%(voters)s) AND created_at > %(since)s AND paper_id <> %(paper)s
"""
_PAPERS = """
    SELECT
        id, vote_count - imported_votes + held_count,
        EXISTS (
            SELECT FROM papers_affiliation own JOIN papers_affiliation other USING (organisation_id)
            WHERE own.paper_id = %(paper)s AND other.paper_id = papers_paper.id
            AND own.state = 'accepted' AND other.state = 'accepted'
        ) OR EXISTS (
            SELECT FROM papers_author own JOIN papers_author other USING (name)
            WHERE own.paper_id = %(paper)s AND other.paper_id = papers_paper.id
        )
    FROM papers_paper WHERE id = ANY(%(papers)s)
"""
