"""Decisions that leave everything as it is: dismissing flags and warning a person."""

from moderation.decisions.decision import Decision, register
from moderation.subjects import KINDS


@register
class Dismiss(Decision):
    key = "dismiss"
    title = "Dismiss"
    hint = "Close the case. Nothing changes."
    kinds = tuple(kind.key for kind in KINDS.values() if kind.is_flaggable)
    past = "dismissed the case about {label}"
    notifies = False
    needs_case = True

    def mention(self, kind, row) -> tuple[str, str]:
        """No name of a person, since nobody has to learn that somebody was flagged without cause."""
        return ("a person", "") if kind.key == "person" else super().mention(kind, row)

    def carry_out(self, actor, row, values: dict) -> dict:
        return {}

    def undo(self, actor, action) -> None:
        """Open the cases again (`Action.undo`)."""


@register
class Warn(Decision):
    key = "warn"
    title = "Warn"
    hint = "The person is notified with your reason."
    kinds = ("person",)
    past = "warned {label}"

    def carry_out(self, actor, row, values: dict) -> dict:
        return {}

    def undo(self, actor, action) -> None:
        """Notify the person that the warning was taken back (`Action.undo`)."""
