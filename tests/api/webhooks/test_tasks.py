"""The jobs of webhooks: sending, by one or several workers, and deleting what is old."""

import logging
from datetime import timedelta

import pytest

from api.models import Delivery
from api.models.delivery import KEPT
from api.webhooks import finding, sending, tasks
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
