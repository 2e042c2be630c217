import re

from lib.lookalikes import skeleton
from lib.redirects import RenamedMiddleware
from orgs.models import FormerSlug, Organisation


class OrganisationRedirectMiddleware(RenamedMiddleware):
    """Redirects from former slugs of organisations that were merged, and from slugs in other letter case."""

    path = re.compile(r"/orgs/(?P<name>[-\w]+)(?:[/.].*)?", re.ASCII)

    def present_name(self, name: str) -> str | None:
        spelled = {"skeleton": skeleton(name), "slug__iexact": name}  # there is an index on skeletons alone
        present = Organisation.objects.filter(**spelled).values_list("slug", "slug")
        former = FormerSlug.objects.filter(**spelled).values_list("slug", "organisation__slug")
        found = dict(former) | dict(present)
        return found.get(name) or next(iter(found.values()), None)
