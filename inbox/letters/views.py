"""The page of a letter, for whoever has its address."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from inbox.letters.issue import issue_of
from inbox.models import Letter
from lib.pages import page


def letter(request: HttpRequest, text: str, key: str) -> HttpResponse:
    """Show what was in the letter, and nothing of its subscriber. That of a private list is for its own reader only."""
    letter = get_object_or_404(Letter.objects.exclude(papers=[]).select_related("subscription"), key=key)
    reader = letter.subscription.user_id
    if letter.day.isoformat() != text or (reader is not None and reader != request.user.pk):
        raise Http404
    issue = issue_of(letter)
    response = page(request, "inbox/letters/letter.html", {"issue": issue}, version=issue, seconds=0)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
