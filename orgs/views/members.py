"""The members page of an organisation, and the verbs that change who belongs to it and in which role."""

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.factors import acts_as_moderator
from lib.refusals import BadInput
from lib.verbs import verb
from orgs.forms import InvitationForm
from orgs.models import Membership, Organisation
from orgs.models.invitation import permission_for
from orgs.roles import APPOINT, INVITE, MAY, PERMISSIONS, SEE, Role


@login_required
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """The members, shown to members and moderators, with the changes that the viewer's role allows."""
    organisation = get_object_or_404(Organisation, slug=slug)
    if not acts_as_moderator(request):
        organisation.demand(request.user, SEE)
    return show(request, organisation)


def show(request: HttpRequest, organisation: Organisation, form: InvitationForm | None = None) -> HttpResponse:
    """The page; `form` is an invitation that could not be sent."""
    role = organisation.role_of(request.user)
    may = MAY.get(role, ())
    sees_invitations = INVITE in may or acts_as_moderator(request)
    context = {
        "org": organisation,
        "members": [(member, _changes(member, may)) for member in organisation.memberships.by_rank()],
        "role": role,
        "invitations": organisation.invitations.open().order_by("expires_at") if sees_invitations else [],
        "may_invite": INVITE in may,
        "form": form or InvitationForm(roles=invitable(may)),
        "roles": Role,
        "permissions": [(permission, [permission in MAY[role] for role in Role]) for permission in PERMISSIONS],
    }
    return render(request, "orgs/members.html", context, status=400 if form else 200)


def invitable(may) -> list[Role]:
    """The roles that somebody with these permissions may invite to."""
    return [role for role in Role if permission_for(role) in may]


def _changes(member: Membership, may) -> dict:
    """The roles that the viewer may give to this member, and whether the viewer may remove them."""
    roles = [role for role in Role if role != member.role] if APPOINT in may else []
    return {"roles": roles, "remove": APPOINT in may or (INVITE in may and member.role == Role.MEMBER)}


@verb
def appoint(request: HttpRequest, slug: str, username: str) -> HttpResponse:
    organisation = get_object_or_404(Organisation, slug=slug)
    user = get_object_or_404(get_user_model(), username=username)
    if request.POST.get("role") not in Role:
        raise BadInput("Choose a role: owner, admin or member.")
    Membership.objects.appoint(request.user, organisation, user, Role(request.POST["role"]))
    return redirect("orgs:members", slug)


@verb
def remove(request: HttpRequest, slug: str, username: str) -> HttpResponse:
    organisation = get_object_or_404(Organisation, slug=slug)
    user = get_object_or_404(get_user_model(), username=username)
    Membership.objects.remove(request.user, organisation, user)
    return redirect("orgs:members", slug) if user != request.user else redirect(organisation)


@verb
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = get_object_or_404(Organisation, slug=slug)
    Membership.objects.leave(request.user, organisation)
    messages.success(request, f"You are no longer a member of {organisation}.")
    return redirect(organisation)
