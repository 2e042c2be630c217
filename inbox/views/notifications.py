"""What a reader is told, that it was read, and which of it comes by mail."""

from contextlib import suppress
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from inbox.kinds import How, Kind, kinds
from inbox.links import STOP
from inbox.models import Choice, Notification
from inbox.models.choice import Mails
from inbox.views.doors import by_link
from lib import keyset
from lib.refusals import BadInput
from lib.verbs import verb

SHOWN = 30


@never_cache
@login_required
def notifications(request: HttpRequest) -> HttpResponse:
    """The latest first."""
    page = keyset.page(request.user.notifications, ("told_at", "id"), request.GET.get("older", ""), SHOWN)
    return render(request, "inbox/notifications.html", {"page": page})


@verb
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """It was; on to what it is about."""
    notification = get_object_or_404(request.user.notifications, pk=pk)
    notification.read()
    return redirect(notification.link)


@verb
def read_all(request: HttpRequest) -> HttpResponse:
    """All that had been told when the page was drawn."""
    Notification.objects.read_until(request.user, _moment(request.POST.get("until", "")))
    return redirect("inbox:notifications")


def _moment(text: str) -> datetime:
    with suppress(ValueError):
        moment = datetime.fromisoformat(text)
        if moment.tzinfo:
            return moment
    raise BadInput("It is not said which notifications you have seen. Reload the page and try again.")


@login_required
def choices(request: HttpRequest) -> HttpResponse:
    """Which kinds come by mail, and how."""
    if request.method == "POST":
        told = {key: _how(kind, request.POST[key]) for key, kind in kinds().items() if key in request.POST}
        Choice.objects.choose(request.user, told)
        messages.success(request, "Your choices are saved.")
        return redirect("inbox:choices")
    chosen = Choice.objects.of(request.user)
    rows = [(kind, chosen[key]) for key, kind in kinds().items() if len(kind.hows) > 1]
    return render(request, "inbox/choices.html", {"rows": rows, "hows": list(How)})


def _how(kind: Kind, told: str) -> How:
    if told not in kind.hows:
        raise BadInput(f"“{told[:40]}” is no way to be told of “{kind.title}”.")
    return How(told)


@by_link
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """A button that stops mails of the kinds that the link is for, or that they are stopped."""
    mails = Mails.find(STOP.key(token))
    if request.method == "POST":
        mails.stop()
    return render(request, "inbox/stop.html", {"mails": mails, "is_done": request.method == "POST"})
