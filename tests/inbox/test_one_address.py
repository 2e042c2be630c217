"""All spellings of a mail address are one address, wherever addresses are compared or counted."""

import pytest
from allauth.account.models import EmailAddress
from anymail.signals import AnymailTrackingEvent, tracking

from accounts import unproven_mail
from accounts.models import Suppression, User
from accounts.models.suppression import Why
from inbox.models import Subscription
from orgs.models import Invitation
from orgs.roles import Role
from tests.accounts.entrance import PASSWORD, browser_of, is_signed_in, link_in, register, send, sign_in
from tests.factories import SubscriptionFactory
from tests.inbox.conftest import text
from tests.orgs.conftest import confirm

ASCII = "dora@xn--bcher-kva.example"
SPELLINGS = [ASCII, "dora@bücher.example", "Dora@BÜCHER.example.", "dora＠bu\u0308cher。example"]


@pytest.fixture
def dora(db):
    dora = User.objects.create_user("dora", SPELLINGS[2], PASSWORD)
    return confirm(dora)


def sign_up(reader, email, username="eva"):
    form = {"username": username, "email": email, "password1": PASSWORD, "password2": PASSWORD}
    return send(reader, "/accounts/signup/", form)


@pytest.mark.parametrize("email", SPELLINGS[2:])
class TestAnAccount:
    def test_there_is_no_second(self, dora, stranger, mailoutbox, email):
        sign_up(stranger, email)
        assert User.objects.get().email == ASCII
        assert (mailoutbox[0].to, "account already" in mailoutbox[0].subject.lower()) == ([ASCII], True)

    def test_sign_in(self, dora, email):
        assert is_signed_in(sign_in(email)[1])

    def test_the_mail_to_set_a_new_password_goes_to_the_address_of_the_account(self, dora, stranger, mailoutbox, email):
        send(stranger, "/accounts/password/reset/", {"email": email})
        assert mailoutbox[0].to == [ASCII]
        assert stranger.get(link_in(mailoutbox[0])).url.endswith("-set-password/")

    def test_nobody_else_gets_it_by_changing_theirs(self, dora, mailoutbox, email):
        eva = register("eva")
        send(browser_of("eva"), "/accounts/email/", {"email": email, "action_add": ""})
        if mailoutbox[-1].to == [ASCII]:
            send(browser_of("eva"), link_in(mailoutbox[-1]), {})
        assert [address.email for address in eva.emailaddress_set.filter(verified=True)] == ["eva@example.org"]


def test_an_address_that_is_written_without_a_form(db):
    row = EmailAddress.objects.create(user=register("eva"), email=SPELLINGS[2])
    row.refresh_from_db()
    assert row.email == ASCII


def test_an_account_with_a_domain_beyond_ascii(stranger, db, mailoutbox):
    sign_up(stranger, SPELLINGS[1])
    assert mailoutbox[0].to == [ASCII]
    send(stranger, link_in(mailoutbox[0]), {})
    assert EmailAddress.objects.get().email == User.objects.get().email == ASCII


@pytest.mark.parametrize(
    ("email", "words"),
    [("dora@☃.example", "not a valid domain"), ("мария@example.org", "plain Latin letters before the @")],
)
def test_an_address_that_gets_no_mail(stranger, db, mailoutbox, email, words):
    assert words in sign_up(stranger, email).content.decode()
    assert words in stranger.post("/subscribe", {"email": email}).content.decode()
    assert words in send(stranger, "/accounts/password/reset/", {"email": email}).content.decode()
    assert (mailoutbox, User.objects.count(), Subscription.objects.count()) == ([], 0, 0)


@pytest.mark.parametrize("email", SPELLINGS[2:])
class TestLetters:
    def test_one_subscription(self, db, stranger, post, email):
        row = SubscriptionFactory(email=ASCII)
        stranger.post("/subscribe", {"email": email})
        [mail] = post()
        assert (mail.to, mail.subject) == ([ASCII], "[Broadsheet] You are already subscribed")
        assert Subscription.objects.get() == row

    def test_a_reminder(self, db, stranger, post, email):
        SubscriptionFactory(email=ASCII)
        stranger.post("/letters/manage", {"email": email})
        assert [mail.to for mail in post()] == [[ASCII]]

    def test_one_that_comes_back_ends_them(self, db, email):
        row = SubscriptionFactory(email=ASCII)
        event = AnymailTrackingEvent(event_type="bounced", reject_reason="bounced", recipient=email, esp_event={})
        tracking.send(None, event=event, esp_name="Any")
        row.refresh_from_db()
        assert (row.state, row.end_reason) == ("ended", "bounced")

    def test_suppressed(self, dora, signed_in, email):
        Suppression.objects.add(email, Why.REFUSED)
        assert set(Suppression.objects.among(SPELLINGS)) == set(SPELLINGS)
        reader = signed_in(dora)
        assert "Email to this address" in text(reader.act("/subscribe", {"email": ASCII}))
        reader.act("/settings/letters/allow", {"email": email})
        assert not Suppression.objects.has(ASCII)


def test_mails_to_all_spellings_count_together(db):
    assert [unproven_mail.may_send(email) for email in SPELLINGS] == [True, True, True, False]


def test_an_invitation(alice, lab, dora):
    invitation, *others = [Invitation.objects.send(alice, lab, email, Role.MEMBER) for email in SPELLINGS]
    assert others == [invitation] * 3
    invitation.accept(dora)
    assert lab.role_of(dora) == Role.MEMBER
