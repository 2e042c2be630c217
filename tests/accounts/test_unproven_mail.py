"""Mail that anybody can have sent to any mailbox: few to one mailbox, few from one network, none to who wants none."""

import re
from datetime import timedelta
from functools import partial
from itertools import count

import pytest
from allauth.account.models import EmailAddress

from accounts.models import Suppression, User
from accounts.models.suppression import Why
from inbox.models import Subscription
from tests.factories import SubscriptionFactory
from tests.inbox.conftest import post as post
from tests.race import race

PASSWORD = "correct horse battery"
DORA = "dora@example.org"
_number = count()


@pytest.fixture
def dora(db):
    user = User.objects.create_user("dora", DORA, PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_up(reader, email, **extra):
    form = {"username": f"reader{next(_number)}", "email": email, "password1": PASSWORD, "password2": PASSWORD}
    return send(reader, "/accounts/signup/", form, **extra)


def reset(reader, email, **extra):
    return send(reader, "/accounts/password/reset/", {"email": email}, **extra)


def send(reader, path, data, **extra):
    reader.get(path)
    return reader.post(path, data | {"csrfmiddlewaretoken": reader.cookies["csrftoken"].value}, **extra)


def change_address(reader, email):
    return send(reader, "/accounts/email/", {"email": email, "action_add": ""})


def seen(answer) -> tuple:
    """What whoever requested a mail can tell from the answer."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())
    return answer.status_code, answer.headers.get("Location"), page


def test_resets_of_a_members_password_are_few_and_nobody_is_told(dora, stranger, mailoutbox):
    answers = [seen(reset(stranger, DORA)) for _ in range(5)]
    assert len(mailoutbox) == 3
    assert set(answers) == {seen(reset(stranger, "nobody@example.org"))}


def test_no_number_of_resets_keeps_the_form_from_the_owner(dora, stranger, mailoutbox):
    for n in range(30):
        answer = reset(stranger, DORA, REMOTE_ADDR=f"192.0.{n}.7")
        assert answer.url == "/accounts/password/reset/done/"
    assert len(mailoutbox) == 3


def test_nobody_without_an_account_gets_a_reset(stranger, mailoutbox, db):
    reset(stranger, "nobody@example.org")
    assert mailoutbox == []


@pytest.mark.parametrize("email", ["victim@example.org", DORA])
def test_sign_ups_are_few_and_nobody_is_told(dora, signed_in, mailoutbox, email):
    answers = [seen(sign_up(signed_in(), email)) for _ in range(5)]
    assert ([letter.to for letter in mailoutbox], len(set(answers))) == ([[email]] * 3, 1)


def test_tags_and_dots_are_the_same_mailbox(db, signed_in, mailoutbox):
    for email in ("v.ictim@gmail.com", "victim+a@gmail.com", "vic.tim+b@googlemail.com", "victim@gmail.com"):
        sign_up(signed_in(), email)
    assert len(mailoutbox) == 3


def test_changes_of_address_are_few(dora, signed_in, mailoutbox):
    reader = signed_in(dora)
    send(reader, "/accounts/reauthenticate/", {"password": PASSWORD})
    answers = [change_address(reader, f"victim+{n}@example.org").status_code for n in range(5)]
    letters = [letter for letter in mailoutbox if letter.to[0].startswith("victim")]
    assert (len(letters), set(answers)) == (3, {302})


def test_one_limit_holds_for_every_kind_of_mail(dora, stranger, signed_in, post, mailoutbox):
    sign_up(signed_in(), "dora+a@example.org")
    sign_up(signed_in(), "dora+b@example.org")
    stranger.post("/subscribe", {"email": "dora+c@example.org"})
    assert len(post()) == 1
    SubscriptionFactory(email=DORA)
    stranger.post("/letters/manage", {"email": DORA})
    assert post() == []
    assert len(mailoutbox) == 3


def test_nobody_can_use_up_the_resets_of_a_member_by_other_mail(dora, stranger, post, mailoutbox):
    for _ in range(3):
        stranger.post("/subscribe", {"email": DORA})
    assert len(post()) == 3
    reset(stranger, DORA)
    assert "/accounts/password/reset/key/" in mailoutbox[-1].body


def test_the_limit_passes(dora, stranger, mailoutbox, time_machine):
    time_machine.move_to("2026-11-28T10:00Z", tick=False)
    for _ in range(4):
        reset(stranger, DORA)
    time_machine.shift(timedelta(hours=8, seconds=1))
    reset(stranger, DORA)
    assert len(mailoutbox) == 4


def test_a_network_requests_so_many_an_hour_of_every_kind(dora, signed_in, mailoutbox, time_machine):
    time_machine.move_to("2026-11-28T10:00Z", tick=False)
    for n in range(10):
        sign_up(signed_in(), f"reader{n}@example.org", REMOTE_ADDR=f"203.0.113.{n}")
        reset(signed_in(), f"reader{n}@example.org", REMOTE_ADDR=f"203.0.113.{n}")
    people = User.objects.count()
    refused = [
        sign_up(signed_in(), "one@example.org", REMOTE_ADDR="203.0.113.99"),
        reset(signed_in(), DORA, REMOTE_ADDR="203.0.113.99"),
        signed_in().post("/subscribe", {"email": "one@example.org"}, REMOTE_ADDR="203.0.113.99"),
    ]
    assert [(answer.status_code, answer.headers["Retry-After"]) for answer in refused] == [(429, "180")] * 3
    assert "Too many emails were requested from your network" in refused[0].content.decode()
    assert (User.objects.count(), len(mailoutbox)) == (people, 20)
    assert reset(signed_in(), DORA, REMOTE_ADDR="203.0.114.1").status_code == 302


def test_signing_in_unconfirmed_requests_a_mail_too(signed_in, mailoutbox, time_machine, db):
    time_machine.move_to("2026-11-28T10:00Z", tick=False)
    user = User.objects.create_user("eve", "victim@example.org", PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, primary=True)
    form = {"login": "eve", "password": PASSWORD}
    answers = [send(signed_in(), "/accounts/login/", form).status_code for _ in range(21)]
    assert (answers, len(mailoutbox)) == ([302] * 20 + [429], 3)


def test_who_wants_no_mail_gets_none(signed_in, mailoutbox, post, db):
    subscription = SubscriptionFactory(email="victim@example.org")
    Suppression.objects.add("victim@example.org", Why.REFUSED)
    for email in ("victim@example.org", "victim+tag@example.org"):
        sign_up(signed_in(), email)
        signed_in().post("/subscribe", {"email": email})
    assert (post(), mailoutbox) == ([], [])
    subscription.refresh_from_db()
    assert (subscription.state, subscription.email) == ("ended", "")


def test_what_bounces_says_nothing_of_the_mailbox(db):
    Suppression.objects.add("victim+gone@example.org", Why.BOUNCED)
    assert not Suppression.objects.has("victim@example.org")
    Suppression.objects.add("victim+gone@example.org", Why.REFUSED)
    assert Suppression.objects.has("victim@example.org")
    Suppression.objects.lift("victim+gone@example.org")
    assert not Suppression.objects.has("victim+gone@example.org")


def test_an_address_and_its_mailbox_are_looked_up_in_one_statement(db, django_assert_num_queries):
    Suppression.objects.add("anna@example.org", Why.BOUNCED)
    Suppression.objects.add("victim@example.org", Why.BOUNCED)
    Suppression.objects.add("victim+a@example.org", Why.REFUSED)
    emails = ["anna@example.org", "anna+tag@example.org", "victim+b@example.org", "dora@example.org"]
    with django_assert_num_queries(1):
        rows = Suppression.objects.among(emails)
    assert {email: row.why for email, row in rows.items()} == {
        "anna@example.org": "bounced",
        "victim+b@example.org": "refused",
    }


def test_the_owner_of_a_confirmed_address_gets_in_even_so(dora, stranger, mailoutbox):
    Suppression.objects.add(DORA, Why.BOUNCED)
    reset(stranger, DORA)
    assert [letter.to for letter in mailoutbox] == [[DORA]]


@pytest.mark.django_db(transaction=True)
def test_of_twenty_resets_at_once_three_are_sent(dora, signed_in, mailoutbox):
    readers = [signed_in() for _ in range(20)]
    for reader in readers:
        reader.get("/accounts/password/reset/")
    answers = race(
        *(
            partial(
                reader.post,
                "/accounts/password/reset/",
                {"email": DORA, "csrfmiddlewaretoken": reader.cookies["csrftoken"].value},
            )
            for reader in readers
        )
    )
    assert {answer.status_code for answer in answers} == {302}
    assert (len(mailoutbox), Subscription.objects.count()) == (3, 0)
