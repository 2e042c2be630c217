from django.urls import reverse

from papers.following import matches
from papers.lists import catalogue
from papers.lists.list import List, Privacy, signed_in


@catalogue.entry("papers:following")
def following() -> List:
    """Return the list of the papers of all that the viewer follows, each with its reasons."""
    return List(
        reverse("papers:following"),
        "Following",
        lambda viewer: matches.papers(signed_in(viewer)),
        order="newest",
        privacy=Privacy.PRIVATE,
        reasons=matches.reasons,
        hides_dismissed=True,
        is_costly=True,
    )
