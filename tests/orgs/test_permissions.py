"""Verbs of organisations ask for permission themselves: whoever calls them, those who may not change nothing."""

import pytest

from lib.conflicts import digests
from lib.refusals import NotAllowed
from orgs.merging import merge
from orgs.models import Claim, Event, Invitation, Membership, Organisation
from orgs.roles import Role
from papers.models import Paper
from tests.factories import OrganisationFactory, UserFactory, admin_of
from tests.orgs.conftest import confirm, unconfirm

PEOPLE = ["member", "owner of another", "former owner", "reader"]
VERBS = {
    "save a draft": lambda actor, lab: lab.save_draft(actor, {"description": "Mine"}, digests(lab.state())),
    "publish": lambda actor, lab: lab.publish(actor, lab.revision),
    "discard": lambda actor, lab: lab.discard(actor, lab.revision),
    "undo": lambda actor, lab: lab.undo(actor, lab.edition),
    "put": lambda actor, lab: lab.put(actor, "featured", 7, Paper.objects.all()),
    "take": lambda actor, lab: lab.take(actor, "featured", 7, Paper.objects.all()),
    "move": lambda actor, lab: lab.move(actor, "featured", 7, 0, Paper.objects.all()),
    "appoint": lambda actor, lab: Membership.objects.appoint(actor, lab, actor, Role.OWNER),
    "remove": lambda actor, lab: Membership.objects.remove(actor, lab, actor),
    "invite": lambda actor, lab: Invitation.objects.send(actor, lab, "dora@example.org", Role.MEMBER),
    "revoke": lambda actor, lab: lab.invitations.get().revoke(actor),
    "grant": lambda actor, lab: Claim.objects.get().grant(actor, "Welcome."),
    "refuse": lambda actor, lab: Claim.objects.get().refuse(actor, "No."),
    "merge": lambda actor, lab: merge(actor, lab, Organisation.objects.get(slug="free")),
    "found": lambda actor, lab: Organisation.objects.found(actor, "Harbour", "harbour"),
}


@pytest.fixture
def people(lab, alice, bob):
    """A draft, something to undo, an open invitation and a claim, and those who may do nothing about them."""
    lab.save_draft(alice, {"description": "First"}, digests(lab.state()))
    lab.publish(alice, lab.revision)
    lab.save_draft(alice, {"description": "Second"}, digests(lab.state()))
    Invitation.objects.send(alice, lab, "carol@example.org", Role.MEMBER)
    Claim.objects.ask(confirm(UserFactory()), OrganisationFactory(slug="free"), "Ours.")
    former, other = UserFactory(), UserFactory()
    Membership.objects.create(organisation=lab, user=former, role=Role.OWNER).delete()
    Membership.objects.create(organisation=OrganisationFactory(), user=other, role=Role.OWNER)
    return {name: unconfirm(person) for name, person in zip(PEOPLE, [bob, other, former, UserFactory()], strict=True)}


def everything():
    return [
        list(model.objects.order_by("pk").values()) for model in (Organisation, Membership, Invitation, Claim, Event)
    ]


@pytest.mark.parametrize("verb", VERBS)
def test_whoever_may_not_changes_nothing(lab, people, verb):
    for actor in people.values():
        before = everything()
        with pytest.raises(NotAllowed):
            VERBS[verb](actor, lab)
        assert everything() == before


def test_permission_is_read_under_the_lock_and_not_from_the_row_that_was_fetched(lab, people):
    """An organisation that was fetched before the actor lost the role refuses as well."""
    admin = admin_of(lab)
    fetched = Organisation.objects.prefetch_related("memberships").get(pk=lab.pk)
    lab.memberships.filter(user=admin).delete()
    with pytest.raises(NotAllowed, match="Only owners and admins of The Lab may edit"):
        fetched.publish(admin, fetched.revision)
