"""Redirects from addresses of organisations that were merged into others."""

import re

from django.http import HttpResponsePermanentRedirect

from orgs.models import FormerSlug

_PATH = re.compile(r"/orgs/(?P<slug>[-\w]+)(?P<rest>(?:/.*)?)", re.ASCII)


class FormerSlugMiddleware:
    """Redirects every page below a former slug that is not found to the same page below the present slug."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code != 404 or request.method not in ("GET", "HEAD"):
            return response
        path = _PATH.fullmatch(request.path)
        former = path and FormerSlug.objects.filter(slug=path["slug"]).select_related("organisation").first()
        if not former:
            return response
        query = request.META["QUERY_STRING"]
        address = former.organisation.get_absolute_url() + path["rest"]
        return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)
