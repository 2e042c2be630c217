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
    So the id is read first where it has not been.
    """
    former = FormerSlug.objects.filter(slug=slug).values("organisation")
    named = Organisation.objects.filter(Q(slug=slug) | Q(pk__in=former))
    ids = [row.pk] if row else named.values_list("pk", flat=True)
    return List(
        reverse("papers:org", args=[slug]),
        lambda viewer: named.values_list("name", flat=True),
        lambda viewer: Paper.objects.affiliated_with(ids),
        order="newest",
    )
