"""The link to unsubscribe that every letter has."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from inbox import signed_links
from inbox.access import by_link, verb_by_link
from inbox.models import Subscription
from inbox.models.subscription import Why


@by_link
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """A button that ends the letters; mail programs press it by a POST of their own (RFC 8058). Twice is once.

    The link works for ever, so resuming is offered only just after.
    """
    subscription = Subscription.objects.filter(key=signed_links.UNSUBSCRIBE.key(token)).first()
    if subscription and request.method == "POST":
        subscription.end(Why.UNSUBSCRIBED)
    context = {"subscription": subscription, "is_over": subscription is None or bool(subscription.ended_at)}
    if subscription and subscription.has_just_ended:
        context["resume"] = signed_links.RESUME.token(subscription)
    return render(request, "inbox/addresses/unsubscribe.html", context)


@verb_by_link
def resume(request: HttpRequest, token: str) -> HttpResponse:
    subscription = get_object_or_404(Subscription, key=signed_links.RESUME.key(token))
    subscription.resume()
    return redirect("inbox:unsubscribe", signed_links.UNSUBSCRIBE.token(subscription))
