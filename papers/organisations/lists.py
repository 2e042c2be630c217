from django.db.models import Q
from django.urls import reverse

from orgs.models import FormerSlug, Organisation
from papers.lists import catalogue
from papers.lists.list import List
from papers.models import Paper


@catalogue.entry("papers:org")
def organisation(slug: str, row: Organisation | None = None) -> List:
    """An organisation's papers, also by a former slug, since feeds and subscriptions outlive it.

    `row` is the organisation, where it has been read: knowing the id, PostgreSQL expects the right number of papers.
    """
    former = FormerSlug.objects.filter(slug=slug).values("organisation")
    names = Organisation.objects.filter(Q(slug=slug) | Q(pk__in=former)).values_list("name", flat=True)
    papers = Paper.objects.affiliated_with([row.pk]) if row else Paper.objects.of_organisation(slug)
    return List(reverse("papers:org", args=[slug]), lambda viewer: names, lambda viewer: papers, order="newest")
