from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.static import serve

from config import specimens


def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse("User-agent: *\nDisallow: /accounts/\nDisallow: /*?\n", content_type="text/plain")


def styleguide(request: HttpRequest) -> HttpResponse:
    """Every partial in every state."""
    return render(request, "config/styleguide.html", specimens.context())


def media(request: HttpRequest, path: str) -> HttpResponse:
    """A picture that was uploaded. Its name is random and never used again, so it may be kept for ever."""
    response = serve(request, path, settings.MEDIA_ROOT)
    response.headers["Content-Type"] = "image/webp"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def without_slash(request: HttpRequest, rest: str) -> HttpResponse:
    """Addresses of this site end without a slash; one with it leads there."""
    return redirect("/" + rest.strip("/"), permanent=True)
