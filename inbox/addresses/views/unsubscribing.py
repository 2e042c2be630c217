"""Unsubscribing by the link that every letter has, and resuming right after that."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from inbox import signed_links
from inbox.access import verb_by_link
from inbox.models import Subscription
from inbox.models.subscription import EndReason
from lib.secret_links import by_link


@by_link
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button that ends the subscription. Mail programs send the same POST themselves (RFC 8058).

    The link works for ever, so the page offers to resume only for some time after the end.
    """
    subscription = Subscription.objects.filter(key=signed_links.UNSUBSCRIBE.key(token)).first()
    if subscription and request.method == "POST":
        subscription.end(EndReason.UNSUBSCRIBED)
    context = {"subscription": subscription}
    if subscription and subscription.has_just_ended:
        context["resume"] = signed_links.RESUME.token(subscription)
    return render(request, "inbox/addresses/unsubscribe.html", context)


@verb_by_link
def resume(request: HttpRequest, token: str) -> HttpResponse:
    """Undo that the reader has just unsubscribed."""
    subscription = get_object_or_404(Subscription, key=signed_links.RESUME.key(token))
    subscription.resume()
    return redirect("inbox:unsubscribe", signed_links.UNSUBSCRIBE.token(subscription))
