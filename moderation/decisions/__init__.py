"""What moderators can do: one class a decision. The queue, the forms, the log and undoing are driven by them."""

from moderation.decisions import appointments, cases, claims, owners, papers, votes  # noqa: F401 (they register)
from moderation.decisions.decision import DECISIONS, Decision, ReasonForm

__all__ = ["DECISIONS", "Decision", "ReasonForm"]
