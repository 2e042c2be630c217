"""The link to unsubscribe that every letter has."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from inbox import links
from inbox.models import Subscription
from inbox.models.subscription import Why
from inbox.views.doors import by_link, verb_by_link
from inbox.views.opening import subscription_of


@by_link
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """A button that ends the letters; mail programs press it by a POST of their own (RFC 8058). Twice is once.

    The link works for ever, so resuming is offered only just after.
    """
    subscription = Subscription.objects.filter(key=links.UNSUBSCRIBE.key(token)).first()
    if subscription and request.method == "POST":
        subscription.end(Why.UNSUBSCRIBED)
    context = {"subscription": subscription, "is_over": subscription is None or bool(subscription.ended_at)}
    if subscription and subscription.has_just_ended:
        context["resume"] = links.RESUME.token(subscription)
    return render(request, "inbox/unsubscribe.html", context)


@verb_by_link
def resume(request: HttpRequest, token: str) -> HttpResponse:
    subscription = subscription_of(links.RESUME, token)
    subscription.resume()
    return redirect("inbox:unsubscribe", links.UNSUBSCRIBE.token(subscription))
