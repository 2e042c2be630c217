from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from config import specimens


def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse("User-agent: *\nDisallow: /accounts/\nDisallow: /*?\n", content_type="text/plain")


def styleguide(request: HttpRequest) -> HttpResponse:
    """Every partial in every state."""
    return render(request, "config/styleguide.html", specimens.context())


def without_slash(request: HttpRequest, rest: str) -> HttpResponse:
    """Addresses of this site end without a slash; one with it leads there."""
    return redirect("/" + rest.strip("/"), permanent=True)
