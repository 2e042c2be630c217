"""Invitations: sending and revoking them, and the page on which they are accepted or refused."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from accounts import unproven_mail
from lib.verbs import verb
from orgs.forms import InvitationForm
from orgs.models import Invitation, Organisation
from orgs.roles import INVITE, MAY
from orgs.views import members


@verb
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = get_object_or_404(Organisation, slug=slug)
    organisation.demand(request.user, INVITE)
    form = InvitationForm(request.POST, roles=members.invitable(MAY[organisation.role_of(request.user)]))
    if form.is_valid():
        unproven_mail.count_request(request)
        try:
            invitation = Invitation.objects.send(request.user, organisation, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"Invitation sent to “{invitation.invited}”.")
            return redirect("orgs:members", slug)
    return members.show(request, organisation, form)


@verb
def revoke(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    invitations = Invitation.objects.select_related("organisation").filter(organisation__slug=slug)
    get_object_or_404(invitations, pk=pk).revoke(request.user)
    return redirect("orgs:members", slug)


@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Shows who invites to what, to anybody who has the link."""
    found = Invitation.objects.of(token)
    context = {"invitation": found, "org": found.organisation, "token": token, "is_for_me": found.is_for(request.user)}
    return render(request, "orgs/invitation.html", context)


@verb
def accept(request: HttpRequest, token: str) -> HttpResponse:
    return _accept(request, Invitation.objects.of(token))


@verb
def join(request: HttpRequest, slug: str) -> HttpResponse:
    """Accept the invitation to this organisation that was sent to an address of the user."""
    return _accept(request, Invitation.objects.latest_to(request.user, slug))


def _accept(request: HttpRequest, found: Invitation) -> HttpResponse:
    found.accept(request.user)
    messages.success(request, f"You are now a member of {found.organisation}.")
    return redirect(found.organisation)


@verb
def refuse(request: HttpRequest, token: str) -> HttpResponse:
    return _refuse(request, Invitation.objects.of(token))


@verb
def decline(request: HttpRequest, slug: str) -> HttpResponse:
    """Decline the invitation to this organisation that was sent to an address of the user."""
    return _refuse(request, Invitation.objects.latest_to(request.user, slug))


def _refuse(request: HttpRequest, found: Invitation) -> HttpResponse:
    found.refuse(request.user)
    messages.success(request, f"Declined the invitation to {found.organisation}.")
    return redirect(found.organisation)
