"""Two organisations that are the same become one; the slug of the old one leads to the other from then on."""

from django.db import transaction

from orgs.models import Event, FormerSlug, Membership, Organisation
from orgs.models.invitation import State
from orgs.roles import Role
from orgs.signals import organisation_merged


@transaction.atomic
def merge(moderator, old: Organisation, into: Organisation) -> None:
    """Move all that `old` has to `into`, and delete it. See `united` for who has which role then."""
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


def united(old: Organisation, into: Organisation) -> list[Membership]:
    """Who of `old` joins `into`, in the role they will have there.

    An organisation that has an owner decides itself who does more than a member; one that nobody owns takes the roles
    over. Who is in both keeps the role there.
    """
    joining = old.memberships.by_rank().exclude(user__in=into.memberships.values("user"))
    if into.is_owned:
        for membership in joining:
            membership.role = Role.MEMBER
    return list(joining)


def _unite_members(old: Organisation, into: Organisation) -> None:
    joining = united(old, into)
    for membership in joining:
        membership.organisation = into
    Membership.objects.bulk_update(joining, ["role", "organisation"])


def _move_open_once(rows, into: Organisation, column: str) -> None:
    """Invitations or claims (both call it open), but open ones only where `into` has no open one for the same."""
    here = rows.model.objects.filter(organisation=into, state=State.OPEN).values(column)
    rows.exclude(**{"state": State.OPEN, f"{column}__in": here}).update(organisation=into)
