"""The parts of a person's page that list papers, and who sees them."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet

from papers.models import Paper


@dataclass(frozen=True)
class Part:
    """`what` names what the person shows or hides (`User.shows`); `order` is that of the list (`listing.build`)."""

    title: str
    what: str
    papers: Callable[..., QuerySet]
    order: dict

    def seen(self, person, viewer) -> QuerySet:
        """The papers that the person lets the viewer see."""
        papers = self.papers(person)
        return papers if person.shows(self.what, to=viewer) else papers.none()


PARTS = {
    "submitted": Part("Submitted", "submissions", Paper.objects.submitted_by, {"order": "newest"}),
    "upvoted": Part(
        "Upvoted", "votes", Paper.objects.upvoted_by, {"own_order": ("upvoted", "Last upvoted", ("voted_at", "id"))}
    ),
}


def first(person, viewer) -> str:
    """The name of the first part that has something for the viewer, or else of the last."""
    *before, last = PARTS
    return next((name for name in before if PARTS[name].seen(person, viewer).exists()), last)
