from django.conf import settings
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse

from config import specimens, well_known
from lib import stored_files
from lib.pages import document

DAY = 86_400  # seconds for which these files may be cached
TEXT = "text/plain; charset=utf-8"


def robots(request: HttpRequest) -> HttpResponse:
    """Serve robots.txt."""
    return document(request, TEXT, settings.BASE_URL, well_known.robots, seconds=DAY)


def llms(request: HttpRequest) -> HttpResponse:
    """Serve llms.txt, which describes the site to language models (https://llmstxt.org)."""

    def write() -> str:
        return render_to_string("config/llms.txt", well_known.llms_context())

    return document(request, TEXT, settings.BASE_URL, write, seconds=DAY)


def security(request: HttpRequest) -> HttpResponse:
    """Serve security.txt, which says where to report a vulnerability (RFC 9116). Raises Http404 without a contact."""
    text = well_known.security(reverse("security"))
    if not text:
        raise Http404("This site has not published a contact.")
    return document(request, TEXT, text, lambda: text, seconds=DAY)


def old_security(request: HttpRequest) -> HttpResponse:
    """Redirect from the old address of security.txt (RFC 9116, section 3)."""
    return redirect("security", permanent=True)


def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every partial in every state."""
    return render(request, "config/styleguide.html", specimens.context())


def media(request: HttpRequest, path: str) -> HttpResponse:
    """Serve an uploaded picture. Its name is random and never used again, so it may be cached for ever."""
    response = stored_files.response(request, default_storage, path, "image/webp")
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def without_slash(request: HttpRequest, rest: str) -> HttpResponse:
    """Redirect to the same address without the slash at its end: addresses of this site have none."""
    query = request.META["QUERY_STRING"]
    return HttpResponsePermanentRedirect("/" + rest.strip("/") + (f"?{query}" if query else ""))
