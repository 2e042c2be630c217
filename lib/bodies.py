"""How long the body of a request may be: by its address, since no request needs more than its form can hold.

The server (`lib.server`) stores no more than that, and `BodyLimitMiddleware` answers whoever sends more.
"""

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def body_limit(path: str) -> int:
    """The bytes that a body sent to this path may have."""
    longer = (limit for pattern, limit in settings.LONGER_BODIES.items() if re.fullmatch(pattern, path))
    return next(longer, settings.BODY_LIMIT)


class BodyLimitMiddleware:
    """Answers 413 before anything reads a body that is longer than its address takes."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        limit = body_limit(request.path)
        if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
            return render(request, "413.html", {"takes_pictures": limit > settings.BODY_LIMIT}, status=413)
        return self.get_response(request)
