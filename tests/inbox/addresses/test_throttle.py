"""Nobody makes a mail cannon of the site."""

from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import Suppression
from accounts.models.suppression import Why
from accounts.unproven_mail import FROM_A_NETWORK, TO_A_MAILBOX
from inbox import tasks
from inbox.addresses import confirmation
from inbox.models import Subscription
from inbox.models.subscription import MAX_ACTIVE
from lib import throttle
from lib.mailboxes import mailbox
from lib.refusals import BadInput
from tests.factories import SubscriptionFactory
from tests.inbox.conftest import text
from tests.race import race

SETTINGS = {"address": "/papers", "title": "Papers", "cadence": "daily", "hour": 7, "zone": "UTC", "most": 10}


def throttled() -> int:
    """How many keys a limit is counted for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM lib_throttle")
        return cursor.fetchone()[0]


def ask(reader, email, ip="203.0.113.7", **headers):
    return reader.post("/subscribe", {"email": email}, REMOTE_ADDR=ip, **headers)


def test_an_address_gets_three_a_day_and_nobody_is_told(db, stranger, post, time_machine):
    time_machine.move_to("2026-11-28T10:00Z", tick=False)
    answers = {ask(stranger, "sara@example.org").content for _ in range(5)}
    ask(stranger, "sara+tag@example.org")
    assert (len(answers), len(post())) == (1, 3)
    assert Subscription.objects.count() == 1
    time_machine.shift(timedelta(hours=8, seconds=1))
    for _ in range(2):
        ask(stranger, "sara@example.org")
    assert len(post()) == 1


def test_a_network_causes_so_many_an_hour_and_is_told(db, stranger, post, time_machine):
    time_machine.move_to("2026-11-28T10:00Z", tick=False)
    for n in range(20):
        assert ask(stranger, f"reader{n}@example.org", ip=f"203.0.113.{n}").status_code == 200
    for path in ("/subscribe", "/letters/manage"):
        answer = stranger.post(path, {"email": "one@example.org"}, REMOTE_ADDR="203.0.113.99")
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "180")
        assert "Too many emails were requested from your network" in text(answer)
    assert len(post()) == 20
    assert ask(stranger, "one@example.org", ip="203.0.114.1").status_code == 200
    time_machine.shift(timedelta(seconds=180))
    assert ask(stranger, "two@example.org").status_code == 200
    assert len(post()) == 2


def test_what_a_stranger_says_of_the_way_is_not_believed(db, stranger, settings):
    for n in range(20):
        ask(stranger, f"r{n}@example.org", HTTP_X_FORWARDED_FOR=f"198.51.{n}.1")
    assert ask(stranger, "r@example.org", HTTP_X_FORWARDED_FOR="198.51.99.1").status_code == 429
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1  # the last one was added by our own proxy
    assert ask(stranger, "r@example.org", HTTP_X_FORWARDED_FOR="203.0.113.1, 198.51.7.1").status_code == 200


@pytest.mark.parametrize(
    ("ip", "expected"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("::1", "::/48"),
    ],
)
def test_a_network(ip, expected):
    assert throttle.network(ip) == expected


@pytest.mark.parametrize("email", ["sara@example.org", "Sara+a@Example.org", "sara+a+b@example.org."])
def test_a_mailbox(email):
    assert mailbox(email) == "sara@example.org"


@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_three_are_let_through():
    waits = race(*[lambda: throttle.take((TO_A_MAILBOX, "sara@example.org"))] * 20)
    assert sum(wait is None for wait in waits) == 3
    assert all(wait is None or wait > timedelta(hours=7) for wait in waits)


@pytest.mark.django_db(transaction=True)
def test_ten_who_ask_for_one_list_at_once_are_one_subscription(mailoutbox):
    results = race(*[lambda: confirmation.request("sara@example.org", "203.0.113.7", **SETTINGS)] * 10)
    assert results == [None] * 10
    assert (Subscription.objects.count(), len(mailoutbox)) == (1, 3)


def test_it_is_forgotten_when_it_holds_nobody_up(db, time_machine):
    time_machine.move_to("2026-11-28T10:00Z")
    throttle.take((FROM_A_NETWORK, "203.0.113.0/24"))
    tasks.delete_old(0)
    assert throttled() == 1
    time_machine.shift(timedelta(minutes=4))
    tasks.delete_old(0)
    assert throttled() == 0


@pytest.mark.django_db(transaction=True)
def test_who_says_never_while_it_is_confirmed_gets_nothing():
    for n in range(10):
        row = SubscriptionFactory(email=f"sara{n}@example.org", state="pending", confirmed_at=None)
        race(row.confirm, lambda row=row: Suppression.objects.add(row.email, Why.REFUSED))
    assert {row.state for row in Subscription.objects.all()} == {"ended"}


@pytest.mark.django_db(transaction=True)
def test_of_many_confirmed_at_once_none_is_one_too_many():
    for n in range(MAX_ACTIVE - 2):
        SubscriptionFactory(email="sara@example.org", address=f"/papers?min_votes={n + 1}")
    rows = [
        SubscriptionFactory(email="sara@example.org", state="pending", confirmed_at=None, address=f"/orgs/{n}")
        for n in range(8)
    ]
    results = race(*[row.confirm for row in rows])
    assert sum(isinstance(answer, BadInput) for answer in results) == 6
    assert Subscription.objects.filter(state="active").count() == MAX_ACTIVE
