from django.contrib.auth import get_user_model
from django.db import models, transaction

from lib.refusals import BadInput, NotAllowed
from orgs.models.event import Event
from orgs.roles import APPOINT, INVITE, Role
from orgs.signals import role_changed


class MembershipQuerySet(models.QuerySet):
    def by_rank(self):
        """Owners, then admins, then members; those of one role by their user names."""
        rank = models.Case(*(models.When(role=role, then=number) for number, role in enumerate(Role)))
        return self.select_related("user").order_by(rank, "user__username")

    def shown_to(self, viewer):
        """The memberships of people who let the viewer see them."""
        return self.filter(user__in=get_user_model().objects.showing("memberships", to=viewer))

    def owners(self):
        return self.filter(role=Role.OWNER)


class MembershipManager(models.Manager.from_queryset(MembershipQuerySet)):
    """Each verb locks the organisation before it reads the actor's role: nobody acts by a role that was just lost."""

    @transaction.atomic
    def appoint(self, actor, organisation, user, role: Role) -> None:
        """Give a member this role. Raises BadInput if no owner would be left, or if the user is no member."""
        organisation.lock()
        organisation.demand(actor, APPOINT)
        membership = self._of(organisation, user)
        if membership is None:
            raise BadInput(f"{user} is not a member of {organisation}. Invite people before you give them a role.")
        if membership.role != role:
            self._demand_other_owner(membership)
            membership.role = role
            membership.save(update_fields=["role"])
            Event.objects.record(actor, organisation, f"made {user} {Role(role).with_article}")
            self._lapse_invitations(actor, membership, role)
            role_changed.send(Membership, organisation=organisation, user=user, role=role, actor=actor)

    @transaction.atomic
    def remove(self, actor, organisation, user) -> None:
        """End the membership of this user; nothing happens if there is none.

        Raises BadInput if no owner would be left.
        """
        organisation.lock()
        organisation.demand(actor, INVITE)
        if membership := self._of(organisation, user):
            if membership.role != Role.MEMBER and not organisation.allows(actor, APPOINT):
                raise NotAllowed("Admins can remove members; only owners can remove admins and owners.")
            self._end(actor, membership, f"removed {user}, who was {Role(membership.role).with_article}")
            role_changed.send(Membership, organisation=organisation, user=user, role=None, actor=actor)

    @transaction.atomic
    def leave(self, user, organisation) -> None:
        """End the user's membership. Raises BadInput if no owner would be left."""
        organisation.lock()
        if membership := self._of(organisation, user):
            self._end(user, membership, "left")

    def _of(self, organisation, user) -> "Membership | None":
        return self.filter(organisation=organisation, user=user).first()

    def _end(self, actor, membership, text: str) -> None:
        """Delete the membership and write `text` into the log."""
        self._demand_other_owner(membership)
        Event.objects.record(actor, membership.organisation, text)
        self._lapse_invitations(actor, membership, None)
        membership.delete()

    def _lapse_invitations(self, actor, membership, role: Role | None) -> None:
        """Revoke the invitations that the member sent and could not send with this role."""
        if count := membership.organisation.invitations.lapse(membership.user, role):
            text = f"revoked open invitations that {membership.user} had sent: {count}"
            Event.objects.record(actor, membership.organisation, text)

    def _demand_other_owner(self, membership) -> None:
        """Raises BadInput for the membership of the only owner."""
        others = self.owners().filter(organisation=membership.organisation_id).exclude(pk=membership.pk)
        if membership.role == Role.OWNER and not others.exists():
            raise BadInput(f"{membership.organisation} needs an owner. Make another member an owner first.")


class Membership(models.Model):
    """That a person belongs to an organisation, and in which role."""

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
