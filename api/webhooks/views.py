"""The pages of webhooks, of the user or of an organisation, and their verbs."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.models.securityevent import EventKind
from accounts.securitylog import record
from api.models import Webhook
from api.models.delivery import KEPT
from api.models.webhook import DELIVERIES_SHOWN, MOST
from api.webhooks.forms import WebhookForm
from lib.http import form_page
from lib.refusals import Refusal
from lib.verbs import verb
from orgs.models import Organisation
from orgs.roles import CONNECT


@login_required
def webhooks(request: HttpRequest, slug: str = "") -> HttpResponse:
    owner = _owner(request, slug)
    initial = {"list": request.GET.get("list", "")}
    return _show(request, slug, owner, WebhookForm(initial=initial, owner=owner, actor=request.user))


@verb
@reauthentication_required
def add(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Make a webhook, and show its secret, which no other page does."""
    owner = _owner(request, slug)
    form = WebhookForm(request.POST, owner=owner, actor=request.user)
    if form.is_valid():
        try:
            webhook = _add(request, owner, form)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _show_secret(request, slug, webhook)
    return _show(request, slug, owner, form)


@transaction.atomic
def _add(request: HttpRequest, owner, form: WebhookForm) -> Webhook:
    data = form.cleaned_data
    webhook = Webhook.objects.make(request.user, owner, data["list"], data["url"])
    record(request, request.user, EventKind.WEBHOOK_ADDED, webhook.host)
    return webhook


@verb
@reauthentication_required
@transaction.atomic
def renew_secret(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """Make a new secret, and show it, which no other page does."""
    webhook = _get(request, pk, slug)
    webhook.renew_secret(request.user)
    record(request, request.user, EventKind.WEBHOOK_RENEWED, webhook.host)
    return _show_secret(request, slug, webhook)


@verb
def pause(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    _get(request, pk, slug).pause(request.user)
    return redirect(_base(slug))


@verb
def resume(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    _get(request, pk, slug).resume(request.user)
    return redirect(_base(slug))


@verb
def send_test(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    _get(request, pk, slug).send_test(request.user)
    messages.success(request, "A test delivery is sent within a minute. Reload this page to see its result.")
    return redirect(_base(slug))


@verb
def redeliver(request: HttpRequest, pk: int, key: str, slug: str = "") -> HttpResponse:
    delivery = get_object_or_404(_get(request, pk, slug).deliveries, key=key)
    delivery.redeliver(request.user)
    messages.success(request, "The delivery is sent again within a minute.")
    return redirect(_base(slug))


@verb
def delete(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """Delete the webhook. A second time is no error."""
    if webhook := Webhook.objects.of(_owner(request, slug)).filter(pk=pk).first():
        webhook.end(request.user)
        messages.success(request, f"Webhook of “{webhook}” deleted.")
    return redirect(_base(slug))


def _owner(request: HttpRequest, slug: str):
    """The organisation with this slug, or the user. Raises NotAllowed if the user may not manage its webhooks."""
    if not slug:
        return request.user
    organisation = get_object_or_404(Organisation, slug=slug)
    organisation.demand(request.user, CONNECT)
    return organisation


def _get(request: HttpRequest, pk: int, slug: str) -> Webhook:
    owned = Webhook.objects.of(_owner(request, slug)).select_related("user", "organisation")
    return get_object_or_404(owned, pk=pk)


def _base(slug: str) -> str:
    """The address of the page, which those of its verbs begin with."""
    return reverse("machines:org_webhooks", args=[slug]) if slug else reverse("machines:webhooks")


def _show(request: HttpRequest, slug: str, owner, form: WebhookForm) -> HttpResponse:
    context = {
        "form": form,
        "base": _base(slug),
        "org": owner if slug else None,
        "webhooks": Webhook.objects.of(owner).order_by("created_at", "pk").with_deliveries(),
        "most": MOST,
        "shown": DELIVERIES_SHOWN,
        "days": KEPT.days,
    }
    return form_page(request, "api/webhooks/webhooks.html", context)


def _show_secret(request: HttpRequest, slug: str, webhook: Webhook) -> HttpResponse:
    context = {"webhook": webhook, "base": _base(slug), "org": webhook.organisation}
    return render(request, "api/webhooks/secret.html", context)
