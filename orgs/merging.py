"""Two organisations that are the same become one; the slug of the old one leads to the other from then on."""

from django.db import transaction

from orgs.models import Event, FormerSlug, Membership, Organisation
from orgs.models.invitation import State
from orgs.roles import Role
from orgs.signals import organisation_merged


@transaction.atomic
def merge(moderator, old: Organisation, into: Organisation) -> None:
    """Move all that `old` has to `into`, and delete it. Who is a member of both keeps the higher role."""
    Organisation.objects.lock_slugs()
    for organisation in sorted((old, into), key=lambda organisation: organisation.pk):
        organisation.lock()
    _unite_members(old, into)
    _move_open_once(old.invitations, into, "invited")
    _move_open_once(old.claims, into, "user")
    old.events.update(organisation=into)
    old.former_slugs.update(organisation=into)
    FormerSlug.objects.create(slug=old.slug, organisation=into)
    Event.objects.tell(into, moderator, f"merged {old} ({old.slug}) into this organisation")
    organisation_merged.send(Organisation, old=old, into=into)
    old.delete()
    into.save(update_fields=["updated_at"])


def _unite_members(old: Organisation, into: Organisation) -> None:
    ranks = list(Role)
    here = {membership.user_id: membership for membership in into.memberships.all()}
    for membership in old.memberships.filter(user__in=here):
        if ranks.index(membership.role) < ranks.index(here[membership.user_id].role):
            here[membership.user_id].role = membership.role
    Membership.objects.bulk_update(here.values(), ["role"])
    old.memberships.exclude(user__in=here).update(organisation=into)


def _move_open_once(rows, into: Organisation, column: str) -> None:
    """Invitations or claims (both call it open), but open ones only where `into` has no open one for the same."""
    here = rows.model.objects.filter(organisation=into, state=State.OPEN).values(column)
    rows.exclude(**{"state": State.OPEN, f"{column}__in": here}).update(organisation=into)
