"""Lists in pages of other sites. The only pages that may be framed: they have no script, no form and no cookie."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.csp import CSP
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csp import csp_override

from lib.http import cached, page, refused
from lib.refusals import Refusal
from papers import frames
from papers.views.lists import count_if_search, count_search

_FRAMED = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "form-action": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "frame-ancestors": ["*"],
}
_FIRST = {"list": "/papers/trending", "most": 5}


@xframe_options_exempt
@csp_override(_FRAMED)
def embed(request: HttpRequest, path: str) -> HttpResponse:
    """The first papers of the list at this path. What it cannot show it says in the frame, too."""
    try:
        count_if_search(request)
        frame = frames.find(f"/{path}", request.GET)
    except Http404:
        response = _without(request, "This list is not here, or not for everybody.")
        response.status_code = 404
    except Refusal as refusal:
        response = refused(_without(request, str(refusal)), refusal)
    else:
        response = page(request, "papers/embed.html", {"frame": frame}, version=frame.version, seconds=0)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _without(request: HttpRequest, problem: str) -> HttpResponse:
    return cached(request, render(request, "papers/embed.html", {"problem": problem}), seconds=0)


@csp_override(settings.SECURE_CSP | {"frame-src": [CSP.SELF]})
def about(request: HttpRequest) -> HttpResponse:
    """How to put a list into a page of one's own: what to copy, and what it will look like."""
    if "list" in request.GET:
        count_search(request)
    form = frames.SnippetForm(_FIRST | request.GET.dict())
    status = 200 if form.is_valid() else 400
    return cached(request, render(request, "papers/about_embed.html", {"form": form}, status=status))
