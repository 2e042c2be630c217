from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.static import serve

from config import elsewhere, specimens
from lib.http import document

DAY = 86_400  # seconds that others may keep what is told to machines
TEXT = "text/plain; charset=utf-8"


def robots(request: HttpRequest) -> HttpResponse:
    return document(request, TEXT, settings.BASE_URL, elsewhere.robots, seconds=DAY)


def llms(request: HttpRequest) -> HttpResponse:
    """What the site is and how it is read by machines, as https://llmstxt.org has it."""
    return document(
        request, TEXT, settings.BASE_URL, lambda: render_to_string("config/llms.txt", elsewhere.told()), seconds=DAY
    )


def security(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a hole: RFC 9116. Without a contact there is no such file."""
    text = elsewhere.security(reverse("security"))
    if not text:
        raise Http404("This site names nobody to write to.")
    return document(request, TEXT, text, lambda: text, seconds=DAY)


def old_security(request: HttpRequest) -> HttpResponse:
    """Where the file was before it had a place of its own (RFC 9116, section 3)."""
    return redirect("security", permanent=True)


def styleguide(request: HttpRequest) -> HttpResponse:
    """Every partial in every state."""
    return render(request, "config/styleguide.html", specimens.context())


def media(request: HttpRequest, path: str) -> HttpResponse:
    """A picture that was uploaded. Its name is random and never used again, so it may be kept for ever."""
    response = serve(request, path, settings.MEDIA_ROOT)
    response.headers["Content-Type"] = "image/webp"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def without_slash(request: HttpRequest, rest: str) -> HttpResponse:
    """Addresses of this site end without a slash; one with it leads there."""
    query = request.META["QUERY_STRING"]
    return HttpResponsePermanentRedirect("/" + rest.strip("/") + (f"?{query}" if query else ""))
