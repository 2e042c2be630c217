from django.urls import reverse

from papers.following import matches
from papers.lists import catalogue
from papers.lists.list import List, Privacy, signed_in


@catalogue.entry("papers:following")
def following() -> List:
    """The papers that the viewer's follows bring in, each with the reason."""

    return List(
        reverse("papers:following"),
        "Following",
        lambda viewer: matches.papers(signed_in(viewer)),
        order="newest",
        privacy=Privacy.PRIVATE,
        reasons=matches.reasons,
        is_costly=True,
    )
