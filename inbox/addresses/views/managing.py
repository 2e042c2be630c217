"""What comes to one's addresses by mail: read, changed, ended, resumed.

Whoever is signed in manages what comes to the addresses confirmed; whoever has a link (`token`), the one subscription
whose letter it was in, or all of the address that it was mailed to. The pages and the verbs are the same.
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
from inbox.models.subscription import Why


def manage(request: HttpRequest, token: str = "") -> HttpResponse:
    """All of them, each with its latest letters and its form."""
    try:
        return _draw(request, token)
    except signed_links.Expired:
        return render(request, "inbox/addresses/remind.html", {"form": ReminderForm(), "is_expired": True}, status=410)


def change(request: HttpRequest, key: str, token: str = "") -> HttpResponse:
    subscription = _one(request, key, token)
    form = _form(subscription, request.POST)
    if not form.is_valid():
        return _draw(request, token, form)
    subscription.change(form.instance.settings)
    messages.success(request, f"“{subscription}” is changed.")
    return redirect(_base(token))


def end(request: HttpRequest, key: str, token: str = "") -> HttpResponse:
    subscription = _one(request, key, token)
    subscription.end(Why.UNSUBSCRIBED)
    messages.success(request, f"“{subscription}” does not come any more.")
    return redirect(_base(token))


def end_all(request: HttpRequest, token: str = "") -> HttpResponse:
    _theirs(request, token).end(Why.UNSUBSCRIBED)
    messages.success(request, "No more letters come.")
    return redirect(_base(token))


def resume(request: HttpRequest, key: str, token: str = "") -> HttpResponse:
    subscription = _one(request, key, token)
    subscription.resume()
    messages.success(request, f"“{subscription}” comes again.")
    return redirect(_base(token))


def allow(request: HttpRequest) -> HttpResponse:
    """Let mail go to a suppressed address again, which only who is signed in and has confirmed it may say."""
    email = request.POST.get("email", "").lower()
    if email in request.user.confirmed_addresses():
        Suppression.objects.lift(email)
    return redirect("inbox:letters")


def _theirs(request: HttpRequest, token: str) -> QuerySet[Subscription]:
    """The subscriptions that may be managed. Raises BadInput and Http404 for a link that is not good."""
    if not token:
        return Subscription.objects.of_addresses(request.user.confirmed_addresses())
    key = signed_links.MANAGE.key(token)
    one = get_object_or_404(Subscription, key=key.removeprefix(signed_links.Everything.mark))
    is_one = key == one.key
    return Subscription.objects.filter(pk=one.pk) if is_one else Subscription.objects.of_addresses([one.email])


def _one(request: HttpRequest, key: str, token: str) -> Subscription:
    return get_object_or_404(_theirs(request, token).select_related("user"), key=key)


def _base(token: str) -> str:
    """The page's own address, beneath which are those of its verbs."""
    return reverse("inbox:manage", args=[token]) if token else reverse("inbox:letters")


def _form(subscription: Subscription, data=None) -> LetterForm:
    viewer = subscription.user or AnonymousUser()
    return LetterForm(data, instance=subscription, viewer=viewer, auto_id=f"{subscription.key}-%s")


def _draw(request: HttpRequest, token: str, wrong: LetterForm | None = None) -> HttpResponse:
    shown = list(_theirs(request, token).manageable().select_related("user").with_letters())
    addresses = [] if token else request.user.confirmed_addresses()
    wrongs = {wrong.instance.key: wrong} if wrong else {}
    context = {
        "base": _base(token),
        "token": token,
        "addresses": addresses,
        "rows": [(row, wrongs.get(row.key) or _form(row)) for row in shown],
        "has_active": any(row.is_active for row in shown),
        "is_one": bool(token) and not signed_links.MANAGE.key(token).startswith(signed_links.Everything.mark),
        "suppressed": Suppression.objects.among(addresses),
        "zones": common_zones(),
    }
    return render(request, "inbox/addresses/manage.html", context, status=400 if wrong else 200)
