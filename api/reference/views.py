"""The description of the API, for programs and for people."""

import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from api import rates
from api.reference import example
from api.reference.document import ERRORS, build
from api.reference.sections import chapters
from lib.pages import document, page

HOUR = 3600  # seconds


def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document of all operations."""
    return document(request, "application/json", settings.BASE_URL, lambda: json.dumps(build()), seconds=HOUR)


def reference(request: HttpRequest) -> HttpResponse:
    """The same as a page, with how to begin."""
    described = build()
    paper = example.latest()
    context = {"site": settings.BASE_URL, "chapters": chapters(described), "errors": sorted(ERRORS.items())}
    context |= {"limits": rates.SCOPES, "minutes": rates.PERIOD.seconds // 60, "example": paper}
    return page(request, "api/reference.html", context, version=(described, paper))


def with_slash(request: HttpRequest) -> HttpResponse:
    """Lead to the page of the API, whose own address has no slash at its end."""
    return redirect("machines:reference", permanent=True)
