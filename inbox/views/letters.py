"""Letters as pages, for whoever has the address of one."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from inbox import edition
from inbox.models import Letter
from lib.pages import page


def letter(request: HttpRequest, text: str, key: str) -> HttpResponse:
    """What the letter said, and nothing of whom it went to. Of a private list it is for its reader only, signed in."""
    found = get_object_or_404(Letter.objects.exclude(papers=[]).select_related("subscription"), key=key)
    is_private = found.subscription.user_id is not None
    if found.issue.isoformat() != text or (is_private and found.subscription.user_id != request.user.pk):
        raise Http404
    shown = edition.kept(found)
    response = page(request, "inbox/letter.html", {"edition": shown}, version=shown, seconds=0)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
