"""The page of notifications, marking them as read, and which of them come by mail."""

from contextlib import suppress
from datetime import datetime
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from inbox.models import Choice, Notification
from inbox.models.choice import NotificationMails
from inbox.models.kind import KINDS, Delivery
from inbox.signed_links import STOP
from lib import keyset
from lib.refusals import BadInput
from lib.secret_links import by_link
from lib.verbs import verb
from orgs.models import Invitation

PAGE_SIZE = 30


@never_cache
@login_required
def notifications(request: HttpRequest) -> HttpResponse:
    """Show the notifications of the user, the latest first, and buttons for open invitations."""
    page = keyset.page(request.user.notifications, ("notified_at", "id"), request.GET.get("older", ""), PAGE_SIZE)
    context = {"page": page, "open_invitations": partial(_open_invitations, request.user)}
    return render(request, "inbox/notifications/notifications.html", context)


def _open_invitations(user) -> set[int]:
    """The keys of the notifications of open invitations, the latest one about each organisation."""
    slugs = Invitation.objects.open().addressed_to(user).values("organisation__slug")
    about = user.notifications.filter(kind="invitation", subject__in=slugs).order_by("subject", "-notified_at", "-pk")
    return set(about.distinct("subject").values_list("pk", flat=True))


@verb
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark it as read and redirect to the page it is about."""
    notification = get_object_or_404(request.user.notifications, pk=pk)
    notification.read()
    return redirect(notification.link)


@verb
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all as read that were on the page or older than those."""
    Notification.objects.read_until(request.user, _moment(request.POST.get("until", "")))
    return redirect("inbox:notifications")


def _moment(text: str) -> datetime:
    """The moment that this text is in ISO 8601 with a time zone. Raises BadInput for any other text."""
    with suppress(ValueError):
        moment = datetime.fromisoformat(text)
        if moment.tzinfo:
            return moment
    raise BadInput("The form is incomplete. Reload the page and try again.")


@login_required
def choices(request: HttpRequest) -> HttpResponse:
    """Show and save when notifications of each kind come by mail."""
    if request.method == "POST":
        deliveries = {key: _delivery(key, request.POST[key]) for key in KINDS if key in request.POST}
        Choice.objects.choose(request.user, deliveries)
        messages.success(request, "Email settings saved.")
        return redirect("inbox:choices")
    deliveries = Choice.objects.of(request.user)
    rows = [(kind, deliveries[key]) for key, kind in KINDS.items() if len(kind.deliveries) > 1]
    return render(request, "inbox/notifications/choices.html", {"rows": rows, "deliveries": list(Delivery)})


def _delivery(key: str, value: str) -> Delivery:
    """Raises BadInput for a value that this kind of notification does not offer."""
    kind = KINDS[key]
    if value not in kind.deliveries:
        raise BadInput(f"“{value[:40]}” is not a choice for “{kind.title}”.")
    return Delivery(value)


@by_link
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button that stops the mails with notifications of some kinds; sent, stop them."""
    mails = NotificationMails.find(STOP.key(token))
    if request.method == "POST":
        mails.stop()
    return render(request, "inbox/notifications/stop.html", {"mails": mails, "is_done": request.method == "POST"})
