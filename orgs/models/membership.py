from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import models, transaction

from lib.refusals import BadInput
from orgs.models.event import Event
from orgs.roles import APPOINT, INVITE, Role
from orgs.signals import role_changed


class MembershipQuerySet(models.QuerySet):
    def by_rank(self):
        """Owners, then admins, then members; each by name."""
        rank = models.Case(*(models.When(role=role, then=place) for place, role in enumerate(Role)))
        return self.select_related("user").order_by(rank, "user__username")

    def shown_to(self, viewer):
        """Those of people who let the viewer see them."""
        return self.filter(user__in=get_user_model().objects.showing("memberships", to=viewer))

    def owners(self):
        return self.filter(role=Role.OWNER)


class MembershipManager(models.Manager.from_queryset(MembershipQuerySet)):
    """Each verb asks for the actor's role while the organisation is locked: nobody acts by a role just lost."""

    @transaction.atomic
    def appoint(self, actor, organisation, user, role: Role) -> None:
        """Give a member this role. Raises BadInput if no owner would be left, or if the user is no member."""
        organisation.lock()
        organisation.demand(actor, APPOINT)
        membership = self._of(organisation, user)
        if membership is None:
            raise BadInput(f"{user} is not a member of {organisation}. Invite people before you give them a role.")
        if membership.role != role:
            self._leave_an_owner(membership)
            membership.role = role
            membership.save(update_fields=["role"])
            Event.objects.tell(organisation, actor, f"made {user} {Role(role).with_article}")
            self._let_invitations_lapse(actor, membership, role)
            role_changed.send(Membership, organisation=organisation, user=user, role=role, actor=actor)

    @transaction.atomic
    def remove(self, actor, organisation, user) -> None:
        """Take a member off; who is none already stays none. Raises BadInput if no owner would be left."""
        organisation.lock()
        organisation.demand(actor, INVITE)
        if membership := self._of(organisation, user):
            if membership.role != Role.MEMBER and not organisation.allows(actor, APPOINT):
                raise PermissionDenied("Admins may remove members; only owners may remove admins and owners.")
            self._end(actor, membership, f"removed {user}, who was {Role(membership.role).with_article}")
            role_changed.send(Membership, organisation=organisation, user=user, role=None, actor=actor)

    @transaction.atomic
    def leave(self, user, organisation) -> None:
        """Raises BadInput if no owner would be left."""
        organisation.lock()
        if membership := self._of(organisation, user):
            self._end(user, membership, "left")

    def _of(self, organisation, user) -> "Membership | None":
        return self.filter(organisation=organisation, user=user).first()

    def _end(self, actor, membership, told: str) -> None:
        self._leave_an_owner(membership)
        Event.objects.tell(membership.organisation, actor, told)
        self._let_invitations_lapse(actor, membership, None)
        membership.delete()

    def _let_invitations_lapse(self, actor, membership, role: Role | None) -> None:
        if count := membership.organisation.invitations.lapse(membership.user, role):
            Event.objects.tell(
                membership.organisation, actor, f"revoked open invitations that {membership.user} had sent: {count}"
            )

    def _leave_an_owner(self, membership) -> None:
        others = self.owners().filter(organisation=membership.organisation_id).exclude(pk=membership.pk)
        if membership.role == Role.OWNER and not others.exists():
            raise BadInput(f"{membership.organisation} needs an owner. Make another member an owner first.")


class Membership(models.Model):
    organisation = models.ForeignKey("orgs.Organisation", models.CASCADE, related_name="memberships")
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MembershipManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role}, {self.organisation})"
