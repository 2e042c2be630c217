"""Managing subscriptions: changing, ending and resuming them.

Whoever is signed in manages those of all confirmed addresses. Whoever has the link from a letter (`token`) manages the
subscription of that letter, and whoever has the link from a reminder those of the address that it was mailed to. The
page and the verbs are the same for all of them.
"""

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.models import Suppression
from inbox import signed_links
from inbox.addresses.forms import LetterForm, ReminderForm, common_zones
from inbox.models import Subscription
from inbox.models.subscription import EndReason
from lib.mailboxes import canonical


def manage(request: HttpRequest, token: str = "") -> HttpResponse:
    """Show the subscriptions, each with its latest letters and its form."""
    try:
        return _render(request, token)
    except signed_links.Expired:
        return render(request, "inbox/addresses/remind.html", {"form": ReminderForm(), "is_expired": True}, status=410)


def change(request: HttpRequest, key: str, token: str = "") -> HttpResponse:
    subscription = _get(request, key, token)
    form = _form(subscription, request.POST)
    if not form.is_valid():
        return _render(request, token, form)
    subscription.change(form.instance.settings)
    messages.success(request, f"Settings of “{subscription}” saved.")
    return redirect(_base(token))


def end(request: HttpRequest, key: str, token: str = "") -> HttpResponse:
    subscription = _get(request, key, token)
    subscription.end(EndReason.UNSUBSCRIBED)
    messages.success(request, f"Unsubscribed from “{subscription}”.")
    return redirect(_base(token))


def end_all(request: HttpRequest, token: str = "") -> HttpResponse:
    _subscriptions(request, token).end(EndReason.UNSUBSCRIBED)
    messages.success(request, "Unsubscribed from all email digests.")
    return redirect(_base(token))


def resume(request: HttpRequest, key: str, token: str = "") -> HttpResponse:
    subscription = _get(request, key, token)
    subscription.resume()
    messages.success(request, f"Subscribed to “{subscription}” again.")
    return redirect(_base(token))


def allow(request: HttpRequest) -> HttpResponse:
    """Lift the suppression of an address, if the user has confirmed the address."""
    email = canonical(request.POST.get("email", ""))
    if email in request.user.confirmed_addresses():
        Suppression.objects.lift(email)
    return redirect("inbox:letters")


def _subscriptions(request: HttpRequest, token: str) -> QuerySet[Subscription]:
    """The subscriptions that the user or the link may manage. Raises BadInput and Http404 for an invalid link."""
    if not token:
        return Subscription.objects.of_addresses(request.user.confirmed_addresses())
    key = signed_links.MANAGE.key(token)
    subscription = get_object_or_404(Subscription, key=key.removeprefix(signed_links.WholeAddress.prefix))
    if _is_for_one(token):
        return Subscription.objects.filter(pk=subscription.pk)
    return Subscription.objects.of_addresses([subscription.email])


def _is_for_one(token: str) -> bool:
    """Whether the link is for one subscription, and not for all of an address."""
    return not signed_links.MANAGE.key(token).startswith(signed_links.WholeAddress.prefix)


def _get(request: HttpRequest, key: str, token: str) -> Subscription:
    return get_object_or_404(_subscriptions(request, token).select_related("user"), key=key)


def _base(token: str) -> str:
    """The address of the page, which those of its verbs begin with."""
    return reverse("inbox:manage", args=[token]) if token else reverse("inbox:letters")


def _form(subscription: Subscription, data=None) -> LetterForm:
    viewer = subscription.user or AnonymousUser()
    return LetterForm(data, instance=subscription, viewer=viewer, auto_id=f"{subscription.key}-%s")


def _render(request: HttpRequest, token: str, invalid: LetterForm | None = None) -> HttpResponse:
    """Render the page; `invalid` is a form that was sent and takes the place of its subscription's new one."""
    shown = list(_subscriptions(request, token).manageable().select_related("user").with_letters())
    addresses = [] if token else request.user.confirmed_addresses()
    forms = {invalid.instance.key: invalid} if invalid else {}
    context = {
        "base": _base(token),
        "token": token,
        "addresses": addresses,
        "rows": [(row, forms.get(row.key) or _form(row)) for row in shown],
        "has_active": any(row.is_active for row in shown),
        "is_one": bool(token) and _is_for_one(token),
        "suppressed": Suppression.objects.among(addresses),
        "zones": common_zones(),
    }
    return render(request, "inbox/addresses/manage.html", context, status=400 if invalid else 200)
