"""Addresses of organisations that were merged into others."""

import re

from django.http import HttpResponsePermanentRedirect

from orgs.models import FormerSlug

_PATH = re.compile(r"/orgs/(?P<slug>[-\w]+)(?P<rest>(?:/.*)?)", re.ASCII)


class FormerSlugMiddleware:
    """What is not found beneath a former slug is looked for beneath the present one, whichever page it is."""

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
        there = former.organisation.get_absolute_url() + path["rest"]
        return HttpResponsePermanentRedirect(f"{there}?{query}" if query else there)
