"""The limit on the length of a request's body, which depends on its path.

The server (`lib.server`) stores no more than the limit, and `BodyLimitMiddleware` answers a longer body with 413.
"""

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def body_limit(path: str) -> int:
    """Returns how many bytes a body that is sent to this path may have."""
    limits = (limit for pattern, limit in settings.LONGER_BODIES.items() if re.fullmatch(pattern, path))
    return next(limits, settings.BODY_LIMIT)


class BodyLimitMiddleware:
    """Answers 413, before anything reads the body, if the body is longer than `body_limit` allows."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        limit = body_limit(request.path)
        if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
            return render(request, "413.html", {"takes_pictures": limit > settings.BODY_LIMIT}, status=413)
        return self.get_response(request)
