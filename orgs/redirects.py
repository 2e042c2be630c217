"""Redirects from names of organisations and people that are not theirs any more, or are in other letter case."""

import re

from django.http import HttpResponsePermanentRedirect

from accounts.models import User
from lib.lookalikes import skeleton
from orgs.models import FormerSlug, Organisation

_PATH = re.compile(r"/(?P<kind>orgs|people|api/organizations|api/users)/(?P<name>[-\w]+)(?:[/.].*)?", re.ASCII)


class RenamedMiddleware:
    """Redirects an address that is not found to the same address with the present name of what it is about."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code != 404 or request.method not in ("GET", "HEAD"):
            return response
        path = _PATH.fullmatch(request.path)
        name = path and _PRESENT_NAME[path["kind"]](path["name"])
        if not name or name == path["name"]:
            return response
        start, end = path.span("name")
        address = request.path[:start] + name + request.path[end:]
        query = request.META["QUERY_STRING"]
        return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)


def _slug(name: str) -> str | None:
    """The slug of the organisation that has, or had until it was merged, this slug in any letter case."""
    spelled = {"skeleton": skeleton(name), "slug__iexact": name}  # of the two, skeletons have an index
    former = FormerSlug.objects.filter(**spelled).values_list("slug", "organisation__slug")
    present = Organisation.objects.filter(**spelled).values_list("slug", "slug")
    found = dict(former) | dict(present)
    return found.get(name) or next(iter(found.values()), None)


def _username(name: str) -> str | None:
    return User.objects.named([name.lower()]).values_list("username", flat=True).first()


_PRESENT_NAME = {"orgs": _slug, "api/organizations": _slug, "people": _username, "api/users": _username}
