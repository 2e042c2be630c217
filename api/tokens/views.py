"""The settings pages of access tokens: the list of the user's tokens, and making and revoking one."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from accounts import addresses
from accounts.models.securityevent import EventKind
from accounts.securitylog import record
from api.models import Token
from api.models.token import MOST
from api.tokens.forms import TokenForm
from lib import template_mail
from lib.http import form_page
from lib.refusals import Refusal
from lib.verbs import verb


@login_required
def tokens(request: HttpRequest) -> HttpResponse:
    context = {"tokens": request.user.tokens.order_by("-created_at", "-pk"), "most": MOST}
    return render(request, "api/tokens/tokens.html", context)


@never_cache
@login_required
@reauthentication_required
def make(request: HttpRequest) -> HttpResponse:
    """Show the form that makes a token, or make it and show its text, which no other page does."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            token, text = _make(request, form)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return render(request, "api/tokens/made.html", {"token": token, "text": text})
    return form_page(request, "api/tokens/new.html", {"form": form})


@transaction.atomic
def _make(request: HttpRequest, form: TokenForm) -> tuple[Token, str]:
    """Make the token, and let its person know in the security log and by mail."""
    data = form.cleaned_data
    token, text = Token.objects.make(request.user, data["name"], data["scopes"], form.expires)
    record(request, request.user, EventKind.TOKEN_MADE, token.name)
    if address := addresses.of(request.user):
        context = {"person": request.user, "token": token}
        template_mail.post("api/tokens/made.txt", address, "An access token was made", context)
    return token, text


@verb
@transaction.atomic
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke a token of the user. A second time is no error."""
    if token := request.user.tokens.filter(pk=pk).first():
        token.revoke(request.user)
        record(request, request.user, EventKind.TOKEN_REVOKED, token.name)
        messages.success(request, f"“{token}” was revoked.")
    return redirect("machines:tokens")
