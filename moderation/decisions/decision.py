"""What a decision of moderators is, and the table of all of them."""

from django import forms
from django.db import models

from lib.forms import LineField, Refusable
from lib.refusals import Conflict, Gone
from moderation.questions import Question
from moderation.seen import Seen, SeenField
from moderation.subjects import Kind


class ReasonForm(Refusable, forms.Form):
    """Why a moderator does something, in the words of the public log."""

    reason = LineField(
        max_length=200,
        help_text="Public, in the moderation log. Do not name people who flagged it, or include private details.",
    )


class DecisionForm(ReasonForm):
    """The form of a decision."""

    seen = SeenField()

    def show(self, seen: Seen) -> None:
        """After a conflict, let the form be sent again by somebody who has been shown what is there by now."""
        if isinstance(self.refusal, Conflict):
            self.data = self.data.copy()
            self.data["seen"] = str(seen)


class Decision:
    """A kind of decision of moderators.

    * `key` identifies it in the log and in addresses; `title` is its button, `hint` says what it does.
    * `kinds`: the keys of the kinds of things that it can be done to.
    * `past`: what the log says after the moderator's name, with the label of the thing for `{label}`.
    * `past_for_owner`: what the notification says instead, if `past` does not read well about "you".
    * `form`: its fields; `notifies`: whether those concerned are notified.
    * `questions`: those whose open cases about the thing it closes, and `reopens` those that undoing it opens again.
    * `needs_case`: whether it only decides such cases; `is_destructive`: whether its button warns.
    * `is_undoable`: whether it can be undone from the log.
    """

    key: str
    title: str
    hint: str
    kinds: tuple[str, ...]
    past: str
    past_for_owner = ""
    form: type[DecisionForm] = DecisionForm
    notifies = True
    questions: tuple[Question, ...] = (Question.FLAGS, Question.ANSWER)
    reopens: tuple[Question, ...] = (Question.FLAGS, Question.ANSWER)
    needs_case = False
    is_destructive = False
    is_undoable = True

    def prepare(self) -> None:
        """Take the locks that come before those of the moderator and the row."""

    def lock(self, row: models.Model, values: dict) -> None:
        """Lock the row and all others of its kind that it changes, in the order of their keys. Raises Gone."""
        row.lock()

    def applies_to(self, row: models.Model) -> bool:
        """Whether there is anything to do to this row."""
        return True

    def initial(self, row: models.Model) -> dict:
        """The values that the fields of the form have at first."""
        return {}

    def carry_out(self, actor, row: models.Model, values: dict) -> dict:
        """Do it to the row, which is locked, and return what `undo` needs, as JSON."""
        raise NotImplementedError

    def undo(self, actor, action) -> None:
        """Take back what the action says was done. Raises Gone if that is not possible any more."""
        raise NotImplementedError

    def mention(self, kind: Kind, row: models.Model) -> tuple[str, str]:
        """What the log calls the row, and the path of its page, "" if that is a secret."""
        return kind.label(row), "" if kind.is_secret else kind.url(row)

    def line(self, action) -> str:
        """What the log says after the moderator's name."""
        return self.past.format(label=action.label)


def subject_of(action) -> models.Model:
    """The row that an action is about. Raises Gone if it was deleted."""
    row = action.subject()
    if row is None:
        raise Gone("What this was about has been deleted, so it cannot be undone.")
    return row


DECISIONS: dict[str, Decision] = {}


def register(decision: type[Decision]) -> type[Decision]:
    """A class decorator that enters the decision in DECISIONS under its key."""
    DECISIONS[decision.key] = decision()
    return decision
