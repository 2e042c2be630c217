"""Subscribing to a list, and confirming that.

The answer to a request, and the time it takes, are the same for every address, so that nobody learns whether letters
come to one. What depends on the address is done by a job.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts import unproven_mail
from accounts.models import Suppression
from accounts.models.suppression import Why
from inbox import signed_links
from inbox.access import for_strangers
from inbox.addresses import tasks
from inbox.addresses.forms import ReminderForm, SubscribeForm, common_zones
from inbox.letters.issue import compose
from inbox.models import Subscription
from lib.jobs import defer
from lib.limits import client_ip
from lib.secret_links import by_link
from papers.lists.pages import limit_searches


@never_cache
@for_strangers
def subscribe(request: HttpRequest) -> HttpResponse:
    """Show the form, with a preview of today's letter on request. Sent, it requests a subscription."""
    params = request.POST if request.method == "POST" else request.GET
    is_preview = "preview" in params
    if is_preview:
        limit_searches(request)
    is_bound = request.method == "POST" or is_preview
    form = SubscribeForm(
        params if is_bound else None, viewer=request.user, address=params.get("list", ""), is_preview=is_preview
    )
    if is_bound and not is_preview:
        return _request(request, form)
    if is_preview and form.is_valid():
        now = timezone.now()
        return _render(request, form, is_preview=True, issue=compose(form.instance, now.date(), now))
    return _render(request, form)


def _request(request: HttpRequest, form: SubscribeForm) -> HttpResponse:
    """Subscribe an address that the viewer has confirmed; have a confirmation mail sent to any other."""
    if not form.is_valid():
        return _render(request, form)
    subscription = form.instance
    if form.is_own:
        Subscription.objects.subscribe(subscription.user, subscription.email, **subscription.settings)
        messages.success(request, f"Subscribed: “{subscription}” goes to {subscription.email}.")
        return redirect("inbox:letters")
    unproven_mail.count_request(request)
    origin = {"email": subscription.email, "ip": client_ip(request), "by": request.user.get_username()}
    defer(tasks.request, origin | subscription.settings)
    return render(request, "inbox/addresses/mail_sent.html", {"email": subscription.email})


def _render(request: HttpRequest, form: SubscribeForm, **more) -> HttpResponse:
    context = {"form": form, "zones": common_zones(), **more}
    return render(request, "inbox/addresses/subscribe.html", context, status=400 if form.errors else 200)


@by_link
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show the requested subscription with a button, which confirms it."""
    try:
        subscription = get_object_or_404(Subscription, key=signed_links.CONFIRM.key(token))
    except signed_links.Expired:
        return render(request, "inbox/addresses/confirm.html", {"is_expired": True}, status=410)
    if request.method == "POST":
        subscription.confirm()
    return render(request, "inbox/addresses/confirm.html", {"subscription": subscription})


@by_link
def never(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button after which nothing is ever sent to the address, for whoever did not request the mail."""
    email = get_object_or_404(Subscription, key=signed_links.NEVER.key(token)).email
    is_done = not email or request.method == "POST"
    if email and is_done:
        Suppression.objects.add(email, Why.REFUSED)
    return render(request, "inbox/addresses/never.html", {"email": email, "is_done": is_done})


@never_cache
@for_strangers
def remind(request: HttpRequest) -> HttpResponse:
    """Show the form that requests a new link to manage the subscriptions of an address."""
    form = ReminderForm(request.POST or None)
    if not form.is_valid():
        return render(request, "inbox/addresses/remind.html", {"form": form}, status=400 if form.errors else 200)
    unproven_mail.count_request(request)
    email = form.cleaned_data["email"]
    defer(tasks.remind, {"email": email, "ip": client_ip(request)})
    return render(request, "inbox/addresses/mail_sent.html", {"email": email, "is_reminder": True})
