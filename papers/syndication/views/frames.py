"""Lists in iframes of other sites, the only pages that may be framed: without scripts, forms and cookies."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.csp import CSP
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csp import csp_override

from lib.http import refused
from lib.pages import cached, page
from lib.refusals import Refusal
from papers.lists.pages import counted_query, limit_searches
from papers.syndication import frames

_FRAME_CSP = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "form-action": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "frame-ancestors": ["*"],
}
_EXAMPLE = {"list": "/papers/trending", "most": 5}


def _frame(request: HttpRequest, path: str) -> HttpResponse:
    frame = frames.find(f"/{path}", request.GET, counted_query(request))
    return page(request, "papers/syndication/embed.html", {"frame": frame}, version=frame.version, seconds=0)


@xframe_options_exempt
@csp_override(_FRAME_CSP)
def embed(request: HttpRequest, path: str) -> HttpResponse:
    """Show the first papers of the list at this path. Errors are shown in the frame, too."""
    try:
        response = _frame(request, path)
    except Http404:
        context = {"problem": "This list does not exist or is not public."}
        response = render(request, "papers/syndication/embed.html", context, status=404)
    except Refusal as refusal:
        response = refused(render(request, "papers/syndication/embed.html", {"problem": str(refusal)}), refusal)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@csp_override(settings.SECURE_CSP | {"frame-src": [CSP.SELF]})
def about(request: HttpRequest) -> HttpResponse:
    """Show how to embed a list: the form, the HTML to copy, and an example."""
    if "list" in request.GET:
        limit_searches(request)
    form = frames.SnippetForm(_EXAMPLE | request.GET.dict())
    status = 200 if form.is_valid() else 400
    return cached(request, render(request, "papers/syndication/about_embed.html", {"form": form}, status=status))
