"""What a receiver gets, how often an attempt is made, and when a webhook is disabled."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from api.models import Delivery, Webhook
from api.models.delivery import WAITS
from api.webhooks import finding, sending
from lib import outside
from lib.refusals import Conflict
from orgs.roles import Role
from papers.models import Paper
from tests.factories import UserFactory, appoint
from tests.orgs.conftest import join


def test_a_new_paper_is_sent_signed_and_described(alice, make, receiver, listed, minute):
    listed("2509.00001")
    webhook = make(alice, alice, "/papers?min_votes=0&q=paper")
    minute()
    assert receiver.requests == []
    listed("2509.00002", title="A new paper on Grünspan")
    minute()
    [received] = receiver.requests
    document, delivery = json.loads(received.body), Delivery.objects.get()
    assert (received.path, received.headers["Content-Type"]) == ("/papers?key=1", "application/json")
    assert received.ids == ["2509.00002"]
    assert document["papers"][0]["title"] == "A new paper on Grünspan"
    assert document["event"] == "papers.listed"
    assert document["list"]["url"] == "http://127.0.0.1:8000/papers?q=paper&min_votes=0"
    assert document["list"]["title"] == webhook.title
    assert document["delivery"] == received.headers["Broadsheet-Delivery"] == delivery.key
    assert datetime.fromisoformat(document["createdAt"]) == delivery.created_at
    assert datetime.fromtimestamp(int(received.headers["Broadsheet-Timestamp"]), UTC) == delivery.tried_at
    assert received.is_signed_with(webhook.secret)
    assert not received.is_signed_with(Webhook(url="").secret)
    assert (delivery.state, delivery.status, delivery.attempts, delivery.error) == ("delivered", 204, 1, "")
    minute(3)
    assert len(receiver.requests) == 1


def test_a_changed_body_or_time_is_not_signed(alice, make, receiver, listed, minute):
    webhook = make(alice, alice)
    listed("2509.00001")
    minute()
    [received] = receiver.requests
    received.headers["Broadsheet-Timestamp"] = str(int(received.headers["Broadsheet-Timestamp"]) + 1)
    assert not received.is_signed_with(webhook.secret)


def test_a_new_secret_signs_what_is_sent_after_it(alice, make, receiver, listed, minute):
    webhook = make(alice, alice)
    old = webhook.secret
    webhook.renew_secret(alice)
    listed("2509.00001")
    minute()
    assert receiver.requests[0].is_signed_with(webhook.secret)
    assert not receiver.requests[0].is_signed_with(old)


def test_a_failed_delivery_is_tried_again_after_the_times_of_the_table(alice, make, receiver, listed, clock):
    make(alice, alice)
    receiver.statuses = [500]
    listed("2509.00001")
    finding.run()
    Webhook.objects.update(look_at=datetime(2100, 1, 1, tzinfo=UTC))
    for number, wait in enumerate(WAITS, 1):
        sending.run()
        delivery = Delivery.objects.get()
        assert (len(receiver.requests), delivery.attempts, delivery.status) == (number, number, 500)
        assert delivery.next_at - delivery.tried_at == wait
        clock.shift(wait - timedelta(seconds=1))
        sending.run()
        assert len(receiver.requests) == number
        clock.shift(timedelta(seconds=1))
        Webhook.objects.update(failing_since=None)  # as if another delivery had succeeded in between
    sending.run()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.next_at, Webhook.objects.get().state) == ("failed", None, "active")
    assert len({received.headers["Broadsheet-Delivery"] for received in receiver.requests}) == 1
    assert len({received.headers["Broadsheet-Timestamp"] for received in receiver.requests}) == len(WAITS) + 1


def test_after_a_day_of_failures_it_is_disabled_and_its_owner_gets_a_mail(
    alice, make, receiver, listed, clock, mailoutbox, django_capture_on_commit_callbacks
):
    webhook = make(alice, alice, "/papers?min_votes=0")
    receiver.statuses = [503]
    listed("2509.00001")
    finding.run()
    with django_capture_on_commit_callbacks(execute=True):
        for wait in WAITS[:-1]:
            sending.run()
            assert (Webhook.objects.get().state, mailoutbox) == ("active", [])
            clock.shift(wait)
        sending.run()
        clock.shift(WAITS[-1])
        sending.run()
    webhook.refresh_from_db()
    assert (webhook.state, webhook.reason) == ("disabled", "failing")
    assert [mail.to for mail in mailoutbox] == [["alice@example.org"]]
    assert "/settings/webhooks" in mailoutbox[0].body
    assert webhook.secret not in mailoutbox[0].body
    sent = len(receiver.requests)
    clock.shift(timedelta(days=1))
    finding.run()
    sending.run()
    assert len(receiver.requests) == sent


def test_one_success_in_a_day_keeps_it(alice, make, receiver, listed, clock):
    make(alice, alice)
    receiver.statuses = [500, 204, 500]
    for number in range(3):
        listed(f"2509.0000{number}")
        clock.shift(timedelta(hours=20))
        finding.run()
        Delivery.objects.filter(attempts__gt=0).delete()
        sending.run()
    assert len(receiver.requests) == 3
    assert (Webhook.objects.get().state, Webhook.objects.get().failing_since is None) == ("active", False)


def test_all_owners_of_an_organisation_get_the_mail(
    lab, alice, make, receiver, listed, minute, mailoutbox, django_capture_on_commit_callbacks
):
    join(lab, Role.OWNER, username="otto")
    join(lab, Role.ADMIN, username="ada")
    make(alice, lab)
    receiver.statuses = [410]
    listed("2509.00001")
    with django_capture_on_commit_callbacks(execute=True):
        minute()
    assert sorted(mail.to for mail in mailoutbox) == [["alice@example.org"], ["otto@example.org"]]
    assert "/orgs/lab/webhooks" in mailoutbox[0].body
    assert (Webhook.objects.get().reason, Delivery.objects.get().state) == ("gone", "failed")


def test_a_redirect_is_not_followed(alice, make, receiver, listed, minute):
    make(alice, alice)
    receiver.statuses = [302]
    listed("2509.00001")
    minute()
    assert (len(receiver.requests), Delivery.objects.get().status, Delivery.objects.get().state) == (1, 302, "waiting")


def test_a_receiver_that_cannot_be_reached_is_described_in_words(alice, make, receiver, listed, minute):
    make(alice, alice, url="https://10-0-0-1.internal.example.org/")
    make(alice, alice)
    listed("2509.00001")
    minute()
    failed = Delivery.objects.get(status=None)
    assert "10-0-0-1.internal.example.org" in failed.error
    assert (failed.state, failed.attempts, len(receiver.requests)) == ("waiting", 1, 1)


def test_a_slow_receiver_does_not_delay_another_one(alice, bob, make, receiver, listed, monkeypatch):
    """Both are written to at once: each answers only when the other one has its request, too."""
    make(alice, alice)
    make(bob, bob)
    listed("2509.00001")
    finding.run()

    def wait_for_the_other() -> None:
        end = time.monotonic() + 10
        while len(receiver.requests) < 2 and time.monotonic() < end:
            time.sleep(0.01)

    receiver.before = wait_for_the_other
    Webhook.objects.update(look_at=datetime(2100, 1, 1, tzinfo=UTC))
    sending.run()
    assert list(Delivery.objects.values_list("state", flat=True)) == ["delivered", "delivered"]
    assert max(Delivery.objects.values_list("duration", flat=True)) < outside.POST_SECONDS * 1000 / 2


def test_a_worker_killed_while_it_sends_sends_the_same_again(alice, make, receiver, listed, clock):
    make(alice, alice)
    listed("2509.00001")
    finding.run()
    attempt = sending._next()
    sending._make(attempt)  # and nothing is recorded
    sending.run()
    assert len(receiver.requests) == 1  # others wait for the end of the lease
    clock.shift(timedelta(minutes=3))
    sending.run()
    first, second = receiver.requests
    assert first.headers["Broadsheet-Delivery"] == second.headers["Broadsheet-Delivery"]
    assert (first.body == second.body, Delivery.objects.get().state) == (True, "delivered")


def test_a_webhook_deleted_while_it_is_sent_to_stays_deleted(alice, make, receiver, listed, clock):
    webhook = make(alice, alice)
    listed("2509.00001")
    finding.run()
    attempt = sending._next()
    webhook.end(alice)
    sending._record(attempt.delivery, sending._make(attempt))
    assert (Webhook.objects.count(), Delivery.objects.count()) == (0, 0)


def test_papers_that_are_gone_by_then_are_left_out(alice, make, receiver, listed, clock):
    make(alice, alice)
    for number in (1, 2):
        listed(f"2509.0000{number}")
    finding.run()
    Paper.objects.filter(arxiv_id="2509.00001").delete()
    sending.run()
    assert [received.ids for received in receiver.requests] == [["2509.00002"]]
    listed("2509.00003")
    clock.shift(timedelta(minutes=1))
    finding.run()
    Paper.objects.filter(arxiv_id="2509.00003").delete()
    sending.run()
    assert (len(receiver.requests), Delivery.objects.latest("created_at").state) == (1, "empty")


def test_a_test_has_the_newest_papers(alice, make, receiver, listed, minute):
    for number in range(1, 6):
        listed(f"2509.0000{number}", listed_at=datetime(2025, 9, number, tzinfo=UTC))
    webhook = make(alice, alice)
    first = webhook.send_test(alice)
    assert webhook.send_test(alice) == first
    minute()
    [received] = receiver.requests
    assert (json.loads(received.body)["event"], received.ids) == ("test", ["2509.00005", "2509.00004", "2509.00003"])


def test_redelivering_sends_the_same_delivery_again(alice, make, receiver, listed, minute):
    make(alice, alice)
    listed("2509.00001")
    minute()
    for _ in range(2):
        Delivery.objects.get().redeliver(alice)
    minute()
    first, second = receiver.requests
    assert first.body == second.body
    assert (Delivery.objects.get().state, Delivery.objects.get().attempts) == ("delivered", 1)


def test_a_paused_webhook_sends_nothing_until_it_is_resumed(alice, make, receiver, listed, minute):
    webhook = make(alice, alice)
    listed("2509.00001")
    finding.run()
    webhook.pause(alice)
    listed("2509.00002")
    minute(2)
    assert receiver.requests == []
    for verb in (webhook.send_test, Delivery.objects.get().redeliver):
        with pytest.raises(Conflict):
            verb(alice)
    webhook.resume(alice)
    minute()
    assert [received.ids for received in receiver.requests] == [["2509.00001"], ["2509.00002"]]


def test_nothing_is_sent_for_a_suspended_person(alice, make, receiver, listed, minute):
    make(alice, alice)
    listed("2509.00001")
    finding.run()
    moderator = appoint(UserFactory())
    User.objects.get(pk=alice.pk).suspend(moderator, "Spam")
    listed("2509.00002")
    minute(2)
    assert receiver.requests == []
    User.objects.get(pk=alice.pk).reinstate(moderator)
    minute(2)
    assert sorted(name for received in receiver.requests for name in received.ids) == ["2509.00001", "2509.00002"]
