from django.contrib.auth import get_user_model
from django.db import models

from orgs.roles import Role


class MembershipQuerySet(models.QuerySet):
    def by_rank(self):
        """Owners, then admins, then members; each by name."""
        rank = models.Case(*(models.When(role=role, then=place) for place, role in enumerate(Role)))
        return self.select_related("user").order_by(rank, "user__username")

    def shown_to(self, viewer):
        """Those of people who let the viewer see them."""
        return self.filter(user__in=get_user_model().objects.showing("memberships", to=viewer))


class Membership(models.Model):
    organisation = models.ForeignKey("orgs.Organisation", models.CASCADE, related_name="memberships")
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role}, {self.organisation})"
