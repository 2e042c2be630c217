from django.db.models import Q
from django.urls import reverse

from orgs.models import FormerSlug, Organisation
from papers.lists import catalogue
from papers.lists.list import List
from papers.models import Paper


@catalogue.entry("papers:org")
def organisation(slug: str) -> List:
    """Return the list of an organisation's papers, also by a former slug, which feeds and subscriptions may have."""
    former = FormerSlug.objects.filter(slug=slug).values("organisation")
    names = Organisation.objects.filter(Q(slug=slug) | Q(pk__in=former)).values_list("name", flat=True)
    papers = Paper.objects.of_organisation(slug)
    return List(reverse("papers:org", args=[slug]), lambda viewer: names, lambda viewer: papers, order="newest")
