"""Merging two organisations that are the same into one, to which the old one's address leads from then on."""

from django.db import transaction

from accounts.moderators import demand_moderator
from orgs.models import Event, FormerSlug, Membership, Organisation
from orgs.models.invitation import State
from orgs.roles import Role
from orgs.signals import organisation_merged


@transaction.atomic
def merge(moderator, old: Organisation, into: Organisation) -> None:
    """Move all that `old` has to `into`, and delete it. See `joining` for who has which role then.

    Raises NotAllowed for an actor who is no moderator, Gone if one of the two was merged away meanwhile.
    """
    Organisation.objects.lock_slugs()
    for organisation in sorted((old, into), key=lambda organisation: organisation.pk):
        organisation.lock()
    demand_moderator(moderator)
    _move_members(old, into)
    _move_open_once(old.invitations, into, "invited")
    _move_open_once(old.claims, into, "user")
    old.events.update(organisation=into)
    old.former_slugs.update(organisation=into)
    old.identities.update(organisation=into)
    FormerSlug.objects.create(slug=old.slug, organisation=into)
    Event.objects.record(moderator, into, f"merged {old} ({old.slug}) into this organisation")
    organisation_merged.send(Organisation, old=old, into=into)
    old.delete()
    into.save(update_fields=["updated_at"])


def joining(old: Organisation, into: Organisation) -> list[Membership]:
    """The memberships of `old` that `into` gets, each with the role that it will have there, not saved.

    An organisation that has an owner decides itself who is more than a member; one that nobody owns takes the roles
    over. Whoever is in both keeps the role in `into`.
    """
    memberships = old.memberships.by_rank().exclude(user__in=into.memberships.values("user"))
    if into.is_owned:
        for membership in memberships:
            membership.role = Role.MEMBER
    return list(memberships)


def _move_members(old: Organisation, into: Organisation) -> None:
    memberships = joining(old, into)
    for membership in memberships:
        membership.organisation = into
    Membership.objects.bulk_update(memberships, ["role", "organisation"])


def _move_open_once(rows, into: Organisation, column: str) -> None:
    """Move invitations or claims to `into`, but an open one only if `into` has no open one of the same `column`.

    Both models have a state that is called open.
    """
    existing = rows.model.objects.filter(organisation=into, state=State.OPEN).values(column)
    rows.exclude(**{"state": State.OPEN, f"{column}__in": existing}).update(organisation=into)
