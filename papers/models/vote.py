from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from functools import cache

from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.moderators import demand_moderator
from lib import statements
from lib.refusals import NotAllowed
from papers.models.content import NEW_ACCOUNT
from papers.models.counts import count_of
from papers.models.heldvote import HeldVote
from papers.models.mark import MarkManager, PaperMark
from papers.models.paper import Paper
from papers.models.votestate import COUNTING, WAITING, VoteState
from papers.signals import votes_held

YOUNG = timedelta(hours=1)  # for which a vote of a new account waits


class VoteQuerySet(models.QuerySet):
    def counting(self):
        """The votes that `Paper.vote_count` counts."""
        return self.filter(state__in=COUNTING)

    def in_review(self):
        """The votes that `Paper.held_count` counts."""
        return self.filter(state=VoteState.REVIEW)


class VoteManager(MarkManager.from_queryset(VoteQuerySet)):
    """Verbs that change the state of votes lock their paper first, and move its counters in the same transaction."""

    def make(self, user, target, network: str = "") -> bool:
        """Cast the vote by one statement, which also finds its state and notes its network.

        The paper's `vote_count` is then the new one, and `vote_state` the state of the vote, also if it was there
        before. Raises NotAllowed for an account that is not active.
        """
        cast = statements.rows(_CAST, self._params(user, target) | {"network": network})
        found = cast or [(state, None) for state in self._states(user, target)]
        if not found:  # since another request has withdrawn the vote that was there
            return self.make(user, target, network)
        [(target.vote_state, count)] = found
        target.uncounted = target.vote_state not in COUNTING
        target.vote_count = target.vote_count if count is None else count
        return bool(cast)

    def unmake(self, user, target) -> bool:
        """Withdraw the vote by one statement. The paper's `vote_count` is then the new one."""
        rows = statements.rows(_WITHDRAW, {"user": user.pk, "paper": target.pk})
        for (count,) in rows:
            target.vote_count = target.vote_count if count is None else count
        return bool(rows)

    def bits(self) -> dict:
        """Also `uncounted`: whether the viewer's vote for the paper does not count."""
        return super().bits() | {"uncounted": lambda viewer: _UNCOUNTED.format(viewer=viewer)}

    def waiting(self) -> dict[int, list[int]]:
        """Whose votes (ids of users) for which papers (ids) no longer have to wait.

        Those are the votes of new accounts after the time YOUNG, and those whose voter has confirmed an address since.
        """
        return dict(statements.rows(_WAITING, self._params()))

    @transaction.atomic
    def settle(self, paper: int, voters: list[int]) -> None:
        """Count the votes of these users for the paper (ids) that no longer have to wait."""
        if Paper.objects.filter(pk=paper).lock():
            params = self._params() | {"paper": paper, "voters": voters}
            moved = Counter(state for (state,) in statements.rows(_SETTLE, params))
            if counted := moved[VoteState.COUNTED]:
                Paper.objects.touch([paper], vote_count=F("vote_count") + counted)

    @transaction.atomic
    def hold(self, paper: Paper, voters: Iterable[int], factors: dict[str, float]) -> int:
        """Hold the votes of these users (ids) for a review; return how many are held now that were not before.

        Votes that were released once are not held again. Sends `papers.signals.votes_held` if any are held.
        """
        voters = [pk for (pk,) in statements.rows(_LOCK_VOTERS, {"voters": sorted(voters)})]
        paper.lock()
        votes = self.filter(paper=paper, user__in=voters, state__in=[VoteState.COUNTED, *WAITING])
        states = dict(votes.values_list("user", "state"))
        if not states:
            return 0
        votes.filter(user__in=states).update(state=VoteState.REVIEW)
        held = [HeldVote(user_id=user, paper=paper) for user in states]
        HeldVote.objects.bulk_create(held, ignore_conflicts=True)
        counted = sum(state == VoteState.COUNTED for state in states.values())
        _move(paper, -counted, len(states))
        votes_held.send(self.model, paper=paper, number=len(states), factors=factors)
        return len(states)

    def release(self, actor, paper: Paper) -> dict:
        """Count the votes for the paper that are under review; return what was done as JSON.

        That is the `number` of votes, and the `voters` (ids), among whom are those who have withdrawn their votes.
        Raises NotAllowed and Gone.
        """
        return self._judge(actor, paper, VoteState.REVIEW, VoteState.RELEASED)

    def refuse(self, actor, paper: Paper) -> dict:
        """Let the votes for the paper that are under review count 0; return and raise what `release` does."""
        return self._judge(actor, paper, VoteState.REVIEW, VoteState.REFUSED)

    def reopen(self, actor, paper: Paper, state: VoteState, voters: Iterable[int]) -> None:
        """Bring votes of these voters in this state, RELEASED or REFUSED, under review again. Raises the same."""
        self._judge(actor, paper, state, VoteState.REVIEW, user__in=voters)

    @transaction.atomic
    def _judge(self, actor, paper: Paper, before: VoteState, after: VoteState, **condition) -> dict:
        """Bring the paper's votes from one state into another, and what is kept of votes that were withdrawn."""
        paper.lock()
        demand_moderator(actor)
        votes = self.filter(paper=paper, state=before, **condition)
        held = HeldVote.objects.filter(paper=paper, state=before, **condition)
        voters = sorted({*votes.values_list("user", flat=True), *held.values_list("user", flat=True)})
        number = votes.update(state=after)
        HeldVote.objects.filter(paper=paper, user__in=voters).update(state=after)
        counted, held = ((after in states) - (before in states) for states in (COUNTING, [VoteState.REVIEW]))
        _move(paper, number * counted, number * held)
        return {"number": number, "voters": voters}

    def _states(self, user, paper) -> list[str]:
        """The state of the user's vote, or none if there is no vote. Raises NotAllowed if the account is not active."""
        states = list(self.filter(user=user, paper=paper).values_list("state", flat=True))
        if not states and not get_user_model().objects.filter(pk=user.pk, is_active=True).exists():
            raise NotAllowed("Your account is not active, so you can’t upvote.")
        return states

    def _params(self, user=None, paper=None) -> dict:
        now = timezone.now()
        params = {"now": now, "young_since": now - YOUNG, "new_since": now - NEW_ACCOUNT}
        return params | {"user": user and user.pk, "paper": paper and paper.pk}


def _move(paper: Paper, counted: int, held: int) -> None:
    if counted or held:
        changes = {"vote_count": F("vote_count") + counted, "held_count": F("held_count") + held}
        Paper.objects.touch([paper.pk], **changes)


# Those who leave lock themselves before their papers. A row that refers to a voter locks the voter, too.
_LOCK_VOTERS = "SELECT id FROM accounts_user WHERE id = ANY(%(voters)s) ORDER BY id FOR KEY SHARE"
_HAS_CONFIRMED = "EXISTS (SELECT FROM account_emailaddress address WHERE address.user_id = person.id AND verified)"
# The voter is locked before the paper, as by those who leave, and the paper before the vote, as by moderators who merge
# papers or change the states of votes. A vote that was held once keeps what became of it, so that nobody gets round a
# review by withdrawing the vote and casting it again; it is read by a lock, which reads it anew, since moderators may
# be deciding on it. Without the paper there is no row in `locked`, and the vote is refused by its foreign key.
_CAST = f"""
    WITH person AS MATERIALIZED (
        SELECT id, date_joined FROM accounts_user WHERE id = %(user)s AND is_active FOR KEY SHARE
    ), locked AS MATERIALIZED (
        SELECT paper.id FROM papers_paper paper CROSS JOIN person WHERE paper.id = %(paper)s FOR NO KEY UPDATE OF paper
    ), changed AS (
        INSERT INTO papers_vote (user_id, paper_id, created_at, state)
        SELECT person.id, %(paper)s, %(now)s, coalesce(
            (
                SELECT state FROM papers_heldvote held
                WHERE held.user_id = person.id AND held.paper_id = locked.id FOR SHARE
            ),
            CASE WHEN NOT {_HAS_CONFIRMED} THEN 'unconfirmed' WHEN date_joined > %(new_since)s THEN 'young'
            ELSE 'counted' END
        )
        FROM person LEFT JOIN locked ON true
        ON CONFLICT DO NOTHING
        RETURNING user_id, paper_id, state
    ), noted AS (
        INSERT INTO papers_votenetwork (user_id, paper_id, cast_at, network, is_checked)
        SELECT user_id, paper_id, %(now)s, sha256(
            (SELECT value FROM papers_votesalt) || convert_to(nullif(%(network)s, ''), 'UTF8')
        ), false
        FROM changed
        ON CONFLICT (paper_id, user_id)
        DO UPDATE SET cast_at = excluded.cast_at, network = excluded.network, is_checked = false
    ), counted AS (
        UPDATE papers_paper SET
            vote_count = vote_count + (state <> 'review')::int,
            held_count = held_count + (state = 'review')::int,
            revision = revision + 1
        FROM changed WHERE id = paper_id AND state IN ('counted', 'released', 'review')
        RETURNING vote_count
    )
    SELECT state, (SELECT vote_count FROM counted) FROM changed
"""  # noqa: S608 (it is a constant)
# The paper is locked before the vote, as by all who change states. The new counters are made from the locked ones,
# since PostgreSQL checks constraints first with those that the statement saw when it began.
_WITHDRAW = """
    WITH changed AS (
        DELETE FROM papers_vote
        USING (
            SELECT id, vote_count, held_count, revision FROM papers_paper WHERE id = %(paper)s FOR NO KEY UPDATE
        ) locked
        WHERE user_id = %(user)s AND paper_id = locked.id
        RETURNING paper_id, state, locked.vote_count, locked.held_count, locked.revision
    ), counted AS (
        UPDATE papers_paper paper SET
            vote_count = changed.vote_count - (state <> 'review')::int,
            held_count = changed.held_count - (state = 'review')::int,
            revision = changed.revision + 1
        FROM changed WHERE id = paper_id AND state IN ('counted', 'released', 'review')
        RETURNING paper.vote_count
    )
    SELECT (SELECT vote_count FROM counted) FROM changed
"""
_NEED_NOT_WAIT = f"""
    person.id = vote.user_id AND person.is_active AND (
        vote.state = 'young' AND vote.created_at <= %(young_since)s OR vote.state = 'unconfirmed' AND {_HAS_CONFIRMED}
    )
"""
_WAITING = f"""
    SELECT paper_id, array_agg(user_id) FROM papers_vote vote JOIN accounts_user person ON {_NEED_NOT_WAIT}
    WHERE vote.state IN ('young', 'unconfirmed') GROUP BY paper_id
"""  # noqa: S608 (it is a constant)
_SETTLE = f"""
    UPDATE papers_vote vote SET state = CASE
        WHEN date_joined > %(new_since)s AND vote.created_at > %(young_since)s THEN 'young' ELSE 'counted'
    END
    FROM accounts_user person
    WHERE paper_id = %(paper)s AND vote.user_id = ANY(%(voters)s) AND {_NEED_NOT_WAIT}
    RETURNING vote.state
"""  # noqa: S608 (it is a constant)
_UNCOUNTED = """
    EXISTS (
        SELECT FROM papers_vote
        WHERE user_id = {viewer} AND paper_id = papers_paper.id AND state NOT IN ('counted', 'released')
    )
"""


class Vote(PaperMark):
    """One reader's upvote of one paper. It counts in the states COUNTING alone."""

    bit, control, undo, takeout_name = "voted", "vote", "withdraw", "upvotes"
    takeout_columns = ("state",)
    verb = "upvote"

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="votes")
    paper = models.ForeignKey("papers.Paper", models.CASCADE, related_name="votes")
    state = models.CharField(max_length=11, choices=VoteState, default=VoteState.COUNTED)

    objects = VoteManager()

    class Meta:
        indexes = [
            models.Index(fields=["user", "created_at", "paper"], name="vote_of_user"),
            models.Index(fields=["created_at"], condition=Q(state__in=WAITING), name="vote_waiting"),
        ]
        constraints = [models.CheckConstraint(condition=Q(state__in=VoteState.values), name="vote_has_state")]

    @classmethod
    def remark(cls, paper: Paper) -> str:
        return VoteState(paper.vote_state).remark


@cache
def vote_counters() -> dict:
    """The counters of a paper that depend on its votes, by their columns, as expressions."""
    return {
        "vote_count": F("imported_votes") + count_of(Vote.objects.counting(), "paper"),
        "held_count": count_of(Vote.objects.in_review(), "paper"),
    }
