"""What moderators can do: one class a deed. The queue, the forms, the log and undoing are driven by them."""

from moderation.deeds import appointments, cases, claims, owners, papers, votes  # noqa: F401 (each registers its deeds)
from moderation.deeds.deed import DEEDS, Deed, ReasonForm

__all__ = ["DEEDS", "Deed", "ReasonForm"]
