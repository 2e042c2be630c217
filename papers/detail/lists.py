from django.shortcuts import get_object_or_404
from django.urls import reverse

from papers.lists import catalogue
from papers.lists.list import List
from papers.models import Paper

_RANKED = "Similar papers have no email digest, because they are not sorted by time."


@catalogue.entry("papers:similar")
def similar(ref: tuple[str, int | None]) -> List:
    """The papers that are most like this one. Raises Http404 for a paper that is not here."""
    paper = get_object_or_404(Paper.objects.select_related("organisation"), arxiv_id=ref[0])
    return List(
        reverse("papers:similar", args=[paper.arxiv_id]),
        f"Similar to {paper.plain_title}",
        lambda viewer: Paper.objects.all(),
        similar_to=paper,
        no_feed=_RANKED,
        no_letter=_RANKED,
    )
