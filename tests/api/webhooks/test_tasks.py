"""The jobs of webhooks: sending, by one or several workers, and deleting what is old."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from api.models import Delivery, Webhook
from api.models.delivery import KEPT
from api.webhooks import finding, reading, sending, tasks
from tests.api.webhooks.receiver import URL
from tests.factories import NOON, DeliveryFactory, WebhookFactory
from tests.race import race


def test_the_job_finds_and_sends_and_logs_no_secret(alice, make, receiver, listed, caplog):
    webhook = make(alice, alice)
    receiver.statuses = [500]
    listed("2509.00001")
    with caplog.at_level(logging.DEBUG):
        tasks.deliver(0)
    assert [received.ids for received in receiver.requests] == [["2509.00001"]]
    logged = "".join(f"{record.getMessage()}{vars(record)}" for record in caplog.records if "db" not in record.name)
    assert (webhook.secret in logged, receiver.requests[0].headers["Broadsheet-Signature"] in logged) == (False, False)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_a_delivery_once(alice, make, receiver, listed):
    make(alice, alice)
    listed("2509.00001")
    finding.run()
    assert sorted(race(sending.run, sending.run)) == [0, 1]
    assert len(receiver.requests) == 1


class Unexpected(Exception):
    pass


@pytest.fixture
def broken(alice, make, monkeypatch):
    """A webhook of a list whose reading fails in a way that nothing expects."""
    webhook = make(alice, alice, "/papers?min_votes=0")
    of_list = reading._list

    def fail(row):
        if row.pk == webhook.pk:
            raise Unexpected
        return of_list(row)

    monkeypatch.setattr(reading, "_list", fail)
    return webhook


def test_an_unexpected_error_in_one_list_is_loud_and_delays_no_other(broken, bob, receiver, listed, clock):
    Webhook.objects.update(look_at=NOON)
    paper = listed("2509.00001")
    DeliveryFactory(webhook=WebhookFactory(user=bob, url=URL), papers=[paper.pk])
    with pytest.raises(Unexpected):
        tasks.deliver(0)
    assert [received.ids for received in receiver.requests] == [["2509.00001"]]  # what waited is sent
    broken.refresh_from_db()
    assert broken.look_at > timezone.now() + finding.LATER / 2
    clock.shift(timedelta(minutes=1))
    listed("2509.00002")
    tasks.deliver(0)
    assert [received.ids for received in receiver.requests][1:] == [["2509.00002"]]


def test_an_unexpected_error_in_one_delivery_loses_no_outcome_of_others(broken, bob, receiver, listed, clock):
    paper = listed("2509.00001")
    Webhook.objects.update(look_at=datetime(2100, 1, 1, tzinfo=UTC))
    first = DeliveryFactory(webhook=WebhookFactory(user=bob, url=URL), papers=[paper.pk])
    DeliveryFactory(webhook=broken, papers=[paper.pk])
    Webhook.objects.filter(pk=broken.pk).update(tried_at=timezone.now() + timedelta(seconds=1))  # so that it comes last
    with pytest.raises(Unexpected):
        tasks.deliver(0)
    first.refresh_from_db()
    assert (first.state, len(receiver.requests)) == ("delivered", 1)
    clock.shift(timedelta(minutes=5))
    tasks.deliver(0)
    clock.shift(sending.LATER)
    with pytest.raises(Unexpected):
        tasks.deliver(0)


def test_an_error_while_recording_one_outcome_loses_no_other(alice, bob, make, receiver, listed, monkeypatch):
    webhooks = [make(alice, alice), make(bob, bob)]
    listed("2509.00001")
    finding.run()
    make_attempt = sending._make

    def fail(attempt):
        if attempt.delivery.webhook_id == webhooks[0].pk:
            raise Unexpected
        return make_attempt(attempt)

    monkeypatch.setattr(sending, "_make", fail)
    with pytest.raises(Unexpected):
        sending.run()
    assert [row.deliveries.get().state for row in webhooks] == ["waiting", "delivered"]
    assert Webhook.objects.get(pk=webhooks[0].pk).leased_until > timezone.now() + sending.LATER / 2


def test_a_delivery_deleted_while_it_is_sent_ends_the_lease(alice, make, receiver, listed):
    webhook = make(alice, alice)
    listed("2509.00001")
    finding.run()
    attempt = sending._next()
    Delivery.objects.all().delete()
    sending._record(attempt.delivery, sending._make(attempt))
    webhook.refresh_from_db()
    assert (webhook.leased_until, webhook.failing_since, Delivery.objects.count()) == (None, None, 0)


def test_old_deliveries_are_deleted(alice, make, listed, clock):
    make(alice, alice)
    listed("2509.00001")
    finding.run()
    clock.shift(KEPT)
    tasks.delete_old_deliveries(0)
    assert Delivery.objects.exists()
    clock.shift(timedelta(seconds=1))
    tasks.delete_old_deliveries(0)
    assert not Delivery.objects.exists()
