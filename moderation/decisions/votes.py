"""Decisions about votes that are under review, since they may be those of a ring."""

from moderation.decisions.decision import Decision, register, subject_of
from moderation.questions import Question
from papers.models import Vote
from papers.models.votestate import VoteState


class _VotesDecision(Decision):
    kinds = ("paper",)
    notifies = False
    questions = (Question.VOTES,)
    reopens = (Question.VOTES,)
    needs_case = True
    state: VoteState  # of the votes afterwards

    def undo(self, actor, action) -> None:
        Vote.objects.reopen(actor, subject_of(action), self.state, action.data["voters"])

    def line(self, action) -> str:
        number = action.data["number"]
        return f"{self.past} {number} upvote{'' if number == 1 else 's'} under review for {action.label}"


@register
class CountVotes(_VotesDecision):
    key = "count-votes"
    title = "Count these votes"
    hint = "They count from now on, and are not held again."
    past = "counted"
    state = VoteState.RELEASED

    def carry_out(self, actor, row, values: dict) -> dict:
        return Vote.objects.release(actor, row)


@register
class RefuseVotes(_VotesDecision):
    key = "refuse-votes"
    title = "Refuse these votes"
    hint = "They do not count. The voters see that on the paper's page."
    past = "refused"
    state = VoteState.REFUSED
    is_destructive = True

    def carry_out(self, actor, row, values: dict) -> dict:
        return Vote.objects.refuse(actor, row)
