"""When the next issue is, and that each is written once."""

from datetime import UTC, datetime, timedelta

import pytest

from inbox.letters.planning import plan
from inbox.models import Letter, Subscription
from tests.factories import SubscriptionFactory
from tests.race import race

MORNING = datetime(2025, 9, 11, 7, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("cadence", "hour", "zone", "after", "next_one"),
    [
        ("daily", 7, "UTC", "2025-09-10T06:59Z", "2025-09-10T07:00Z"),
        ("daily", 7, "UTC", "2025-09-10T07:00Z", "2025-09-11T07:00Z"),
        ("daily", 7, "Asia/Kolkata", "2025-09-10T00:00Z", "2025-09-10T01:30Z"),
        ("daily", 22, "America/Los_Angeles", "2025-09-10T00:00Z", "2025-09-10T05:00Z"),
        ("weekdays", 7, "UTC", "2025-09-12T08:00Z", "2025-09-15T07:00Z"),
        ("weekly", 7, "UTC", "2025-09-10T00:00Z", "2025-09-15T07:00Z"),
        ("weekly", 0, "Pacific/Auckland", "2025-09-10T00:00Z", "2025-09-14T12:00Z"),
        ("monthly", 7, "UTC", "2025-09-01T07:00Z", "2025-10-01T07:00Z"),
        # Clocks go forward from 02:00 to 03:00, and back from 03:00 to 02:00.
        ("daily", 2, "Europe/Berlin", "2026-03-28T12:00Z", "2026-03-29T01:00Z"),
        ("daily", 2, "Europe/Berlin", "2026-03-29T01:00Z", "2026-03-30T00:00Z"),
        ("daily", 2, "Europe/Berlin", "2026-10-24T12:00Z", "2026-10-25T00:00Z"),
        ("daily", 2, "Europe/Berlin", "2026-10-25T00:00Z", "2026-10-26T01:00Z"),
    ],
)
def test_the_next_issue(cadence, hour, zone, after, next_one):
    subscription = Subscription(cadence=cadence, hour=hour, zone=zone)
    assert subscription.next_after(at(after)) == at(next_one)


def test_each_issue_is_written_once(db):
    subscription = SubscriptionFactory(next_at=MORNING)
    assert plan(MORNING) == 1
    assert plan(MORNING) == 0
    Subscription.objects.update(next_at=MORNING)  # as if the hour began again
    assert plan(MORNING + timedelta(minutes=5)) == 1
    (letter,) = Letter.objects.all()
    subscription.refresh_from_db()
    assert (str(letter.day), subscription.next_at) == ("2025-09-11", MORNING + timedelta(days=1))


def test_of_missed_issues_the_last_one_is_written(db):
    SubscriptionFactory(next_at=MORNING)
    plan(MORNING + timedelta(days=3, hours=2))
    assert [str(letter.day) for letter in Letter.objects.all()] == ["2025-09-14"]


def test_the_issue_is_the_local_day(db):
    SubscriptionFactory(zone="Pacific/Auckland", hour=7, next_at=at("2025-09-10T19:00Z"))
    plan(at("2025-09-10T19:00Z"))
    assert str(Letter.objects.get().day) == "2025-09-11"


def test_a_zone_that_was_given_up_stops_nobody_elses_letters(db, caplog):
    SubscriptionFactory(zone="Mars/Olympus", next_at=MORNING)
    SubscriptionFactory(next_at=MORNING)
    assert plan(MORNING) == 2
    assert "Mars/Olympus" in caplog.text
    assert Subscription.objects.filter(next_at=MORNING + timedelta(days=1)).count() == 2


def test_only_active_ones_have_issues(db):
    SubscriptionFactory(state="pending")
    SubscriptionFactory(state="ended", end_reason="bounced", ended_at=MORNING)
    SubscriptionFactory(next_at=MORNING + timedelta(seconds=1))
    assert plan(MORNING) == 0


@pytest.mark.django_db(transaction=True)
def test_four_who_plan_at_once_write_each_issue_once():
    SubscriptionFactory.create_batch(20, next_at=MORNING)
    assert sum(race(*[lambda: plan(MORNING)] * 4)) == 20
    assert Letter.objects.count() == 20
