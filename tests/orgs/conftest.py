import pytest
from allauth.account.models import EmailAddress

from lib.mailboxes import canonical
from orgs.models import Invitation, Membership
from orgs.roles import Role
from tests.factories import UserFactory, appoint


def confirm(user, address=None):
    """The user, who has confirmed this address, or the one of the account."""
    EmailAddress.objects.update_or_create(
        user=user, email=canonical(address or user.email), defaults={"verified": True, "primary": not address}
    )
    return user


def unconfirm(user):
    """The user, who has confirmed no address."""
    user.emailaddress_set.update(verified=False)
    return user


def join(organisation, role, **user):
    """Somebody who has this role."""
    someone = confirm(UserFactory(**user))
    Membership.objects.create(organisation=organisation, user=someone, role=role)
    return someone


def invitation_link(letter) -> str:
    """The path of the link in the mail to somebody who is invited."""
    line = next(line for line in letter.body.splitlines() if "/invitations/" in line)
    return line.removeprefix("http://127.0.0.1:8000")


@pytest.fixture
def moderator(db):
    return confirm(appoint(UserFactory(username="mo", name="Mo Moss")))


@pytest.fixture
def log():
    """What an organisation's log says, the latest first."""
    return lambda organisation: [str(event) for event in organisation.events.order_by("-id")]


@pytest.fixture
def mailed(mailoutbox, django_capture_on_commit_callbacks):
    """All letters so far, after this act and its commit: `mailed(lambda: …)`."""

    def mailed(act):
        with django_capture_on_commit_callbacks(execute=True):
            act()
        return mailoutbox

    return mailed


@pytest.fixture
def link(mailed):
    """Invite somebody: the path in the letter."""

    def link(actor, organisation, invited, role=Role.MEMBER):
        return invitation_link(mailed(lambda: Invitation.objects.send(actor, organisation, invited, role))[-1])

    return link
