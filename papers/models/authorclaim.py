import hmac
from datetime import datetime

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.moderators import demand_moderator
from lib import locks
from lib.fields import LineField
from lib.refusals import BadInput, Conflict, NotAllowed
from lib.text import legible
from papers import names
from papers.models import undoing
from papers.models.authorclaimqueryset import STANDING, UNDECIDED, AuthorClaimQuerySet, ClaimState, Proof
from papers.models.comment import Comment
from papers.models.paper import Paper
from papers.signals import authorship_claimed, authorship_decided, authorship_released

MAX_TEXT = 1_000  # characters of a message or a reason


class AuthorClaimManager(models.Manager.from_queryset(AuthorClaimQuerySet)):
    @transaction.atomic
    def make(self, actor, paper: Paper, position: int) -> "AuthorClaim":
        """Claim the name at this position of the paper's authors, counted from 0, and return the claim.

        A claim of the actor to this paper that stands already is returned instead. Raises BadInput for a position that
        the paper does not have, and Gone if the paper was deleted.
        """
        actor.lock()
        paper.lock()
        if claim := self.standing().filter(user=actor, paper=paper).first():
            return claim
        listed = paper.author_names()
        if position not in range(len(listed)):
            raise BadInput("Choose which of the authors you are.")
        name = listed[position]
        return self.create(user=actor, paper=paper, name=name, namesake=listed[:position].count(name))


class AuthorClaim(models.Model):
    """A person's claim to be one of the authors of a paper.

    * `name`, `namesake`: the author whom the person claims to be: the name as the paper had it, and how many authors of
      exactly this name stand before. So a new version with another order of authors changes nothing
      (`papers.names.placed`).
    * `tried`: the proofs that failed, as {proof: sentence that says why}.
    * `message`: what the person wrote to the moderators.
    * `checked_until`: when the check that was started last ends at the latest; None if it has ended.
    * `proof` is empty until the claim is granted. `decided_by` is None if a proof granted it.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="author_claims")
    paper = models.ForeignKey("papers.Paper", models.CASCADE, related_name="author_claims", db_index=False)
    name = LineField(max_length=200)
    namesake = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=9, choices=ClaimState, default=ClaimState.OPEN)
    proof = models.CharField(max_length=10, choices=Proof, blank=True)
    tried = models.JSONField(default=dict)
    message = models.TextField(max_length=MAX_TEXT, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    waiting_since = models.DateTimeField(null=True)
    checked_until = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    reason = models.TextField(max_length=MAX_TEXT, blank=True)

    objects = AuthorClaimManager()

    class Meta:
        indexes = [
            models.Index(fields=["paper", "state"], name="authorclaim_of_paper"),
            models.Index(fields=["waiting_since", "id"], condition=Q(state="waiting"), name="authorclaim_queue"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "paper"], condition=Q(state__in=STANDING), name="authorclaim_stands_once_a_person"
            ),
            models.UniqueConstraint(
                fields=["paper", "name", "namesake"], condition=Q(state="granted"), name="authorclaim_granted_once"
            ),
            models.CheckConstraint(condition=Q(state__in=ClaimState.values), name="authorclaim_state_known"),
            models.CheckConstraint(condition=Q(proof__in=["", *Proof.values]), name="authorclaim_proof_known"),
            models.CheckConstraint(
                condition=~Q(state="granted") | (~Q(proof="") & Q(decided_at__isnull=False)),
                name="authorclaim_granted_has_proof",
            ),
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(waiting_since__isnull=False), name="authorclaim_waits_since"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} as {self.name} of “{self.paper}”"

    @property
    def is_undecided(self) -> bool:
        return self.state in UNDECIDED

    @property
    def is_checking(self) -> bool:
        return self.checked_until is not None and timezone.now() < self.checked_until

    @property
    def problems(self) -> list[str]:
        """Why the proofs that were tried are not enough."""
        return [self.tried[proof] for proof in Proof.values if proof in self.tried]

    @property
    def token(self) -> str:
        """What the person puts where only authors can write. It is the same at any time, and nobody else's."""
        digest = salted_hmac("papers.authorclaim", f"{self.user_id} {self.paper_id}", algorithm="sha256")
        return f"broadsheet-{digest.hexdigest()[:32]}"

    def is_token_in(self, words: list[str]) -> bool:
        return any(hmac.compare_digest(word.encode(), self.token.encode()) for word in words)

    @property
    def obstacle(self) -> str:
        """Why moderators have to decide, whatever is proven; "" if a proof is enough."""
        if self.paper.author_claims.denied().filter(user=self.user).exists():
            return "Moderators decided against an earlier claim of yours to this paper, so they have to decide again."
        if self._is_taken():
            return f"Somebody else has claimed the name {self.name} on this paper, so moderators decide."
        return ""

    def _is_taken(self) -> bool:
        """Whether the author whom this claim is about is another person's by now."""
        listed = self.paper.author_names()
        others = self.paper.author_claims.granted().exclude(pk=self.pk).values_list("name", "namesake")
        (position,) = names.placed([(self.name, self.namesake)], listed)
        return position is not None and position in names.placed(list(others), listed)

    def lock(self) -> None:
        """Lock the paper and this row until the transaction ends, and read the row anew. Raises Gone."""
        self.paper.lock()
        locks.lock_row(self, "This claim no longer exists.")

    @transaction.atomic
    def start_check(self, actor, until) -> bool:
        """Record that a check runs until this moment. False if one runs already or the claim is decided."""
        self._lock_for_claimant(actor)
        if self.is_checking or not self.is_undecided:
            return False
        self._write(checked_until=until)
        return True

    @transaction.atomic
    def record(self, problems: dict[Proof, str]) -> bool:
        """Record what proofs came to: "" for one that is enough, which grants the claim, or why it is not enough.

        It ends the check that ran. Returns whether the claim is granted now. One that was decided meanwhile stays as it
        is, and one of a deactivated person is not granted.
        """
        self.lock()
        if not self.is_undecided:
            return False
        failed = {proof.value: problem for proof, problem in problems.items() if problem}
        self._write(checked_until=None, tried=self.tried | failed)
        proof = next((proof for proof, problem in problems.items() if not problem), None)
        is_active = type(self.user).objects.filter(pk=self.user_id, is_active=True).exists()
        if proof is None or not is_active or self.obstacle:
            return False
        self._decide(ClaimState.GRANTED, proof=proof)
        return True

    @transaction.atomic
    def ask(self, actor, message: str) -> None:
        """Put the claim into the queue of the moderators, once. Raises Conflict if it is decided."""
        self._lock_for_claimant(actor)
        if self.state == ClaimState.WAITING:
            return
        if self.state != ClaimState.OPEN:
            raise Conflict("This claim was already decided.")
        self._write(state=ClaimState.WAITING, waiting_since=timezone.now(), message=_text(message, "message"))
        authorship_claimed.send(AuthorClaim, claim=self)

    @transaction.atomic
    def release(self, actor) -> None:
        """Take the claim back, granted or not. Raises NotAllowed for others. A second time is no error."""
        self._lock_for_claimant(actor)
        if self.state in STANDING:
            was_granted = self.state == ClaimState.GRANTED
            self._write(state=ClaimState.RELEASED, checked_until=None, decided_at=timezone.now(), decided_by=actor)
            if was_granted:
                Comment.objects.mark_authors([self.paper_id])
            authorship_released.send(AuthorClaim, claim=self)

    @transaction.atomic
    def grant(self, actor, reason: str) -> None:
        """Mark the person as this author, also after a refusal or a withdrawal; doing it again changes nothing.

        Raises NotAllowed for anybody but moderators, BadInput without a reason, and Conflict if the claimant took the
        claim back or somebody else has the name.
        """
        if self._moderates(actor, ClaimState.GRANTED, [*UNDECIDED, ClaimState.REFUSED, ClaimState.WITHDRAWN]):
            self._demand_room(ClaimState.GRANTED)
            self._decide(ClaimState.GRANTED, proof=Proof.MODERATORS, decided_by=actor, reason=_text(reason, "reason"))

    @transaction.atomic
    def refuse(self, actor, reason: str) -> None:
        """Refuse a claim that is not decided; doing it again changes nothing. It raises what `grant` does."""
        if self._moderates(actor, ClaimState.REFUSED, UNDECIDED):
            self._decide(ClaimState.REFUSED, decided_by=actor, reason=_text(reason, "reason"))

    @transaction.atomic
    def withdraw(self, actor, reason: str) -> dict[str, list]:
        """Withdraw a claim that was granted, even if it is released. Returns the corrections that this undoes."""
        if self._moderates(actor, ClaimState.WITHDRAWN, [ClaimState.GRANTED, ClaimState.RELEASED]):
            if not self.proof:
                raise Conflict("This claim was never granted.")
            self._decide(ClaimState.WITHDRAWN, decided_by=actor, reason=_text(reason, "reason"))
            return undoing.undo(actor, self.user, self.paper)
        return {}

    @property
    def decision(self) -> dict:
        """How the claim is decided, if it is, as JSON for `revert`."""
        decided_at = self.decided_at and self.decided_at.isoformat()
        values = {"state": self.state, "proof": self.proof, "decided_at": decided_at}
        return values | {"decided_by_id": self.decided_by_id, "reason": self.reason}

    @transaction.atomic
    def revert(self, actor, state: ClaimState, former: dict) -> None:
        """Take back that a moderator has brought the claim into this state: it is decided as before, see `decision`.

        Corrections of somebody who is no longer marked are undone. Raises NotAllowed for anybody but moderators, and
        Conflict if the claim is in another state by now, or if a claim that stands is in the way of this one.
        """
        if not self._moderates(actor, ClaimState(former["state"]), [state]):
            return
        self._demand_room(former["state"])
        decided_at = former["decided_at"] and datetime.fromisoformat(former["decided_at"])
        decided_by = get_user_model().objects.filter(pk=former["decided_by_id"]).first()
        values = {"decided_at": decided_at, "decided_by": decided_by, "reason": former["reason"]}
        self._write(state=former["state"], proof=former["proof"], checked_until=None, **values)
        Comment.objects.mark_authors([self.paper_id])
        if state == ClaimState.GRANTED:
            undoing.undo(actor, self.user, self.paper)
        authorship_decided.send(AuthorClaim, claim=self)
        if self.state == ClaimState.WAITING:
            authorship_claimed.send(AuthorClaim, claim=self)

    def _demand_room(self, state: str) -> None:
        """Raises Conflict if another claim stands in the way of this one in the given state."""
        if state == ClaimState.GRANTED and self._is_taken():
            raise Conflict(f"Somebody else is marked as {self.name}. Withdraw that claim first.")
        others = self.paper.author_claims.standing().filter(user=self.user).exclude(pk=self.pk)
        if state in STANDING and others.exists():
            raise Conflict(f"{self.user} has another claim to this paper.")

    def _moderates(self, actor, state: ClaimState, from_states: list[ClaimState]) -> bool:
        """Whether a moderator can bring the locked claim into this state; False if it is in it.

        Raises NotAllowed, and Conflict for a claim that is in none of the other states.
        """
        actor.lock()
        self.lock()
        demand_moderator(actor)
        if self.user_id == actor.pk:
            raise NotAllowed("This is about yourself, so another moderator has to decide.")
        if self.state != state and self.state not in from_states:
            raise Conflict(f"This claim is now {self.get_state_display().lower()}.")
        return self.state != state

    def _lock_for_claimant(self, actor) -> None:
        actor.lock()
        self.lock()
        if self.user_id != actor.pk:
            raise NotAllowed("This is somebody else's claim.")

    def _decide(self, state: ClaimState, **values) -> None:
        self._write(state=state, checked_until=None, decided_at=timezone.now(), **values)
        Comment.objects.mark_authors([self.paper_id])
        authorship_decided.send(AuthorClaim, claim=self)

    def _write(self, **values) -> None:
        for name, value in values.items():
            setattr(self, name, value)
        self.save(update_fields=values)


def _text(text: str, noun: str) -> str:
    text = legible(text).strip()
    if not text:
        raise BadInput(f"Write a {noun}.")
    if len(text) > MAX_TEXT:
        raise BadInput(f"A {noun} has at most {MAX_TEXT:,} characters; this one has {len(text):,}.")
    return text
