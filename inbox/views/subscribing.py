"""Asking for a list by mail, and confirming that one did.

What is answered says nothing of the address, and what is done for the answer is the same for every one: what depends
on the address happens in a job.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts import unproven_mail
from accounts.models import Suppression
from accounts.models.suppression import Why
from inbox import edition, links, tasks
from inbox.forms import ReminderForm, SubscribeForm, common_zones
from inbox.models import Subscription
from inbox.views.doors import by_link, for_strangers
from inbox.views.opening import subscription_of
from lib.http import client_ip
from lib.jobs import defer
from papers.lists.views.general import count_search


@never_cache
@for_strangers
def subscribe(request: HttpRequest) -> HttpResponse:
    """The form, with the letter of today if that is asked for; what it sends asks for a mail to confirm."""
    told = request.POST if request.method == "POST" else request.GET
    is_preview = "preview" in told
    if is_preview:
        count_search(request)
    is_sent = request.method == "POST" or is_preview
    form = SubscribeForm(
        told if is_sent else None, viewer=request.user, address=told.get("list", ""), is_preview=is_preview
    )
    if is_sent and not is_preview:
        return _ask(request, form)
    if is_preview and form.is_valid():
        now = timezone.now()
        return _draw(request, form, is_preview=True, edition=edition.of(form.instance, now.date(), now))
    return _draw(request, form)


def _ask(request: HttpRequest, form: SubscribeForm) -> HttpResponse:
    if not form.is_valid():
        return _draw(request, form)
    wanted = form.instance
    if form.is_own:
        Subscription.objects.subscribe(wanted.user, wanted.email, **wanted.settings)
        messages.success(request, f"“{wanted}” comes to {wanted.email}.")
        return redirect("inbox:letters")
    unproven_mail.count_request(request)
    asked = {"email": wanted.email, "ip": client_ip(request), "by": request.user.get_username()}
    defer(tasks.ask, asked | wanted.settings)
    return render(request, "inbox/asked.html", {"email": wanted.email})


def _draw(request: HttpRequest, form: SubscribeForm, **more) -> HttpResponse:
    status = 400 if form.errors else 200
    return render(request, "inbox/subscribe.html", {"form": form, "zones": common_zones(), **more}, status=status)


@by_link
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """What was asked for, and a button: only that subscribes."""
    try:
        subscription = subscription_of(links.CONFIRM, token)
    except links.Expired:
        return render(request, "inbox/confirm.html", {"is_expired": True}, status=410)
    if request.method == "POST":
        subscription.confirm()
    return render(request, "inbox/confirm.html", {"subscription": subscription})


@by_link
def never(request: HttpRequest, token: str) -> HttpResponse:
    """For who did not ask: a button after which nothing is ever sent to the address."""
    email = subscription_of(links.NEVER, token).email
    is_done = not email or request.method == "POST"
    if email and is_done:
        Suppression.objects.add(email, Why.REFUSED)
    return render(request, "inbox/never.html", {"email": email, "is_done": is_done})


@never_cache
@for_strangers
def remind(request: HttpRequest) -> HttpResponse:
    """Where one asks for a new link to manage what comes to an address."""
    form = ReminderForm(request.POST or None)
    if not form.is_valid():
        return render(request, "inbox/remind.html", {"form": form}, status=400 if form.errors else 200)
    unproven_mail.count_request(request)
    email = form.cleaned_data["email"].lower()
    defer(tasks.remind, {"email": email, "ip": client_ip(request)})
    return render(request, "inbox/asked.html", {"email": email, "is_reminder": True})
