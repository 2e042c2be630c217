"""What organisations forget at night."""

from datetime import timedelta

import pytest
from django.utils import timezone

from orgs import tasks
from orgs.models import Invitation
from orgs.models.invitation import KEPT, LASTS


@pytest.mark.parametrize("state", ["open", "accepted", "refused", "revoked", "expired"])
def test_an_invitation_is_forgotten_with_its_address_whatever_became_of_it(lab, alice, time_machine, state):
    Invitation.objects.send(alice, lab, "guest@example.org", "member")
    Invitation.objects.update(state=state)
    start = timezone.now()
    time_machine.move_to(start + LASTS + KEPT - timedelta(minutes=1))
    tasks.forget_invitations(0)
    assert Invitation.objects.get().email == "guest@example.org"
    time_machine.move_to(start + LASTS + KEPT + timedelta(minutes=1))
    tasks.forget_invitations(0)
    assert not Invitation.objects.exists()
