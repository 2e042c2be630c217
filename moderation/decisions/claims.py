"""Decisions about claims of authorship. The claimant is notified of the claim itself, so the log notifies nobody."""

from moderation.decisions.decision import Decision, register, subject_of
from moderation.questions import Question
from papers.models import undoing
from papers.models.authorclaimqueryset import UNDECIDED, ClaimState


class _ClaimDecision(Decision):
    kinds = ("authorclaim",)
    notifies = False
    questions = (Question.AUTHORSHIP,)
    reopens = (Question.AUTHORSHIP,)
    state: ClaimState  # of the claim afterwards
    before: tuple[ClaimState, ...]  # the states of claims that it suits

    def applies_to(self, row) -> bool:
        return row.state in self.before

    def carry_out(self, actor, row, values: dict) -> dict:
        decision = row.decision
        return self.decide(row, actor, values["reason"]) | {"decision": decision}

    def decide(self, claim, actor, reason: str) -> dict:
        """Decide on the claim, and return what `undo` needs besides the former decision."""
        raise NotImplementedError

    def undo(self, actor, action) -> None:
        subject_of(action).revert(actor, self.state, action.data["decision"])


class _PublicClaimDecision(_ClaimDecision):
    """One whose line in the log names the claimant, since the paper's page does, too."""

    def carry_out(self, actor, row, values: dict) -> dict:
        return super().carry_out(actor, row, values) | {"claimant": row.user_id, "claimant_name": str(row.user)}

    def line(self, action) -> str:
        return self.past.format(label=action.label, claimant=action.data["claimant_name"])


@register
class GrantClaim(_PublicClaimDecision):
    key = "grant"
    title = "Approve"
    hint = "The person is marked as this author, and notified with your reason."
    past = "granted {label} to {claimant}"
    state = ClaimState.GRANTED
    before = (*UNDECIDED, ClaimState.REFUSED, ClaimState.WITHDRAWN)

    def decide(self, claim, actor, reason: str) -> dict:
        claim.grant(actor, reason)
        return {}


@register
class RefuseClaim(_ClaimDecision):
    key = "refuse"
    title = "Decline"
    hint = "The person is notified with your reason, and can claim again. Only moderators can approve that claim."
    past = "refused {label}"
    state = ClaimState.REFUSED
    before = tuple(UNDECIDED)

    def decide(self, claim, actor, reason: str) -> dict:
        claim.refuse(actor, reason)
        return {}


@register
class WithdrawClaim(_PublicClaimDecision):
    key = "withdraw"
    title = "Withdraw"
    hint = "The person is not marked as this author any more, and what they corrected of the paper is undone."
    past = "withdrew {label} from {claimant}"
    state = ClaimState.WITHDRAWN
    before = (ClaimState.GRANTED, ClaimState.RELEASED)
    is_destructive = True

    def applies_to(self, row) -> bool:
        """Whether the claim was ever granted, which its proof says."""
        return super().applies_to(row) and bool(row.proof)

    def decide(self, claim, actor, reason: str) -> dict:
        return {"undone": claim.withdraw(actor, reason)}

    def undo(self, actor, action) -> None:
        super().undo(actor, action)
        undoing.redo(actor, subject_of(action).paper, action.data["undone"])
