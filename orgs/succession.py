"""Leaving the site, which must not leave other people in an organisation that nobody owns."""

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from lib.refusals import BadInput
from orgs.models import Membership, Organisation
from orgs.roles import Role


def owned_only_by(user) -> QuerySet[Organisation]:
    """The organisations that have no other owner, with `has_others`: whether they have other members."""
    others = Membership.objects.filter(organisation=OuterRef("pk")).exclude(user=user)
    owned = Organisation.objects.filter(memberships__user=user, memberships__role=Role.OWNER)
    return owned.exclude(Exists(others.filter(role=Role.OWNER))).annotate(has_others=Exists(others))


@transaction.atomic
def leave(user) -> None:
    """Delete the account; organisations without other members have no owner from then on.

    Raises BadInput for the only owner of an organisation that has other members. The organisations are locked, so
    that of two owners who leave at once one counts as the last.
    """
    Organisation.objects.filter(pk__in=Membership.objects.filter(user=user).values("organisation")).lock()
    if owned := owned_only_by(user).filter(has_others=True):
        names = ", ".join(str(organisation) for organisation in owned)
        raise BadInput(
            f"Your account was not deleted: you are the only owner of {names}. Make another member an owner first."
        )
    user.leave()
