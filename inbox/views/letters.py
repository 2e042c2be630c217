"""Letters as pages, for whoever has the address of one."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from inbox import edition
from inbox.models import Letter
from lib.http import page


def letter(request: HttpRequest, text: str, key: str) -> HttpResponse:
    """What the letter said, and nothing of whom it went to."""
    found = get_object_or_404(Letter.objects.exclude(papers=[]).select_related("subscription"), key=key)
    if found.issue.isoformat() != text:
        raise Http404
    shown = edition.kept(found)
    response = page(request, "inbox/letter.html", {"edition": shown}, version=shown)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
