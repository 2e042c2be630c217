"""What goes of letters: with who leaves, with an address that is given up, and at night."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox import tasks
from inbox.models import Letter, Subscription
from papers.people import takeout
from tests.factories import NOON, LetterFactory, PaperFactory, SubscriptionFactory
from tests.orgs.conftest import confirm

SARA = "sara@example.org"


@pytest.fixture
def row(db):
    return SubscriptionFactory(email=SARA)


def test_who_leaves_takes_all_of_it_along(alice, bob):
    confirm(alice), confirm(bob)
    SubscriptionFactory(email=alice.email)
    SubscriptionFactory(email="former@example.org", address="/papers/following", user=alice)
    kept = SubscriptionFactory(email=bob.email)
    alice.leave()
    assert list(Subscription.objects.all()) == [kept]


def test_an_address_that_is_given_up_gets_nothing_private_any_more(alice):
    confirm(alice)
    private = SubscriptionFactory(email=alice.email, address="/papers/following", user=alice)
    public = SubscriptionFactory(email=alice.email)
    alice.emailaddress_set.get().delete()
    states = dict(Subscription.objects.values_list("pk", "state"))
    assert (states[private.pk], states[public.pk]) == ("ended", "active")


def test_the_export_has_them(alice):
    SubscriptionFactory(email=confirm(alice).email, title="Mine")
    SubscriptionFactory()
    assert [row["title"] for row in takeout.FILES["subscriptions"](alice)] == ["Mine"]


def test_at_night_what_nobody_confirmed_is_forgotten(row, time_machine):
    SubscriptionFactory(state="pending", confirmed_at=None, requested_at=timezone.now() - timedelta(days=3, minutes=1))
    fresh = SubscriptionFactory(state="pending", confirmed_at=None)
    row.end("unsubscribed")
    tasks.delete_old(0)
    assert set(Subscription.objects.all()) == {row, fresh}


def test_whose_they_were_is_forgotten_and_their_pages_stay(row, stranger, time_machine):
    paper = PaperFactory(title="Quanta")
    letter = LetterFactory(subscription=row, state="sent", sent_at=NOON, papers=[paper.pk])
    row.end("unsubscribed")
    time_machine.move_to(timezone.now() + timedelta(days=31))
    tasks.delete_old(0)
    row.refresh_from_db()
    assert (row.email, row.user) == ("", None)
    assert "Quanta" in stranger.get(letter.get_absolute_url()).content.decode()


def test_letters_that_were_not_sent_go_after_a_month(row, time_machine):
    LetterFactory(subscription=row, state="empty", try_at=NOON)
    sent = LetterFactory(subscription=row, state="sent", sent_at=NOON, day=NOON.date(), try_at=NOON)
    time_machine.move_to(NOON + timedelta(days=31))
    tasks.delete_old(0)
    assert list(Letter.objects.all()) == [sent]
