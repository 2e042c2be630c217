"""Letters to a real SMTP server: each once, whatever goes wrong on the way."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.mail import EmailMessage, mailers
from django.db import OperationalError

from accounts.models import Suppression
from inbox.letters import delivery
from inbox.letters.planning import plan
from inbox.models import Letter, Subscription
from lib.mail import hand_over
from orgs.models import Organisation
from papers.models import OrganisationFollow
from papers.search import results
from tests.factories import OrganisationFactory, PaperFactory, SubscriptionFactory, appoint
from tests.inbox.letters.post_office import open_office
from tests.orgs.conftest import confirm
from tests.race import race

MORNING = datetime(2025, 9, 11, 7, 0, 30, tzinfo=UTC)


@pytest.fixture
def office(settings):
    with open_office(settings) as office:
        yield office


@pytest.fixture
def clock():
    with time_machine.travel(MORNING, tick=False) as clock:
        yield clock


def subscribe(number: int = 1, **more) -> list[Subscription]:
    return [SubscriptionFactory(**more) for _ in range(number)]


def states() -> list[str]:
    return list(Letter.objects.order_by("pk").values_list("state", flat=True))


def test_every_subscriber_gets_one_letter(paper, office, clock):
    addresses = [subscription.email for subscription in subscribe(3)]
    assert delivery.run() == 3
    assert delivery.run() == 0
    assert sorted(office.recipients) == sorted(addresses)
    assert {tuple(papers) for papers in Letter.objects.values_list("papers", flat=True)} == {(paper.pk,)}
    clock.shift(timedelta(days=1))
    assert delivery.run() == 0  # nothing is new: no letter
    assert states() == ["sent"] * 3 + ["empty"] * 3
    PaperFactory(listed_at=MORNING)
    clock.shift(timedelta(days=1))
    assert delivery.run() == 3


def test_who_is_suspended_gets_no_letter_and_none_late(office, clock, alice, bob):
    """Not even one that was planned before. A private list stays subscribed."""
    moderator = appoint(bob)
    subscribe(user=confirm(alice), email=alice.email, address="/papers/following")
    OrganisationFollow.objects.make(alice, OrganisationFactory(slug="lab"))
    paper = PaperFactory(organisation=Organisation.objects.get())
    confirm(alice, "other@example.org")
    subscribe(email="other@example.org")
    plan(MORNING)
    alice.suspend(moderator, "Spam")
    assert (delivery.run(), office.recipients, states()) == (0, [], ["empty"] * 2)
    alice.reinstate(moderator)
    clock.shift(timedelta(days=1))
    assert delivery.run() == 2
    assert sorted(office.recipients) == sorted([alice.email, "other@example.org"])
    assert Letter.objects.last().papers == [paper.pk]


@pytest.mark.django_db(transaction=True)
def test_two_at_once_send_each_letter_once(office, clock):
    PaperFactory()
    addresses = [subscription.email for subscription in subscribe(30)]
    sent = race(*[delivery.run] * 4)
    assert sum(sent) == 30
    assert sorted(office.recipients) == sorted(addresses)


def test_nothing_is_sent_before_it_is_committed_and_nothing_committed_before_it_is_sent(office):
    seen = []
    with mailers.default as mailer:
        message = EmailMessage("Hello", "one\n.two\n..three", "us@example.org", ["them@example.org"])
        hand_over(mailer, message, lambda: seen.append(list(office.taken)))
    assert seen == [[]]
    (_, content) = office.taken[0]
    assert content.decode().split("\r\n\r\n", 1)[1].splitlines() == ["one", ".two", "..three"]


def test_what_is_not_committed_is_not_sent(office):
    def commit():
        raise ConnectionError("the database is gone")

    message = EmailMessage("Hello", "…", "us@example.org", ["them@example.org"])
    with mailers.default as mailer, pytest.raises(ConnectionError):
        hand_over(mailer, message, commit)
    assert office.taken == []


def test_an_address_that_is_refused_for_good_is_not_written_to_again(paper, office, clock):
    lost, kept = subscribe(2)
    office.refuses[lost.email] = "550 no such mailbox"
    assert delivery.run() == 1
    lost.refresh_from_db()
    assert (lost.state, lost.end_reason, lost.next_at) == ("ended", "bounced", None)
    assert states() == ["failed", "sent"]
    assert "no such mailbox" in Letter.objects.get(subscription=lost).error
    assert office.recipients == [kept.email]


def test_a_server_that_does_not_want_us_ends_no_subscription(paper, office, clock):
    (subscription,) = subscribe(1)
    office.refuses[subscription.email] = "550 5.7.1 your network is on a list"
    assert delivery.run() == 0
    subscription.refresh_from_db()
    assert (subscription.state, states()) == ("active", ["waiting"])


def test_an_address_that_is_refused_for_good_gets_no_other_list_either(paper, office, clock):
    subscribe(1, email="lost@example.org")
    subscribe(1, email="lost@example.org", address="/papers/trending")
    office.refuses["lost@example.org"] = "550 5.1.1 no such mailbox"
    assert delivery.run() == 0
    assert states() == ["failed", "empty"]
    assert Suppression.objects.has("lost@example.org")


def test_a_server_that_closes_at_a_recipient_costs_no_other_letter_an_attempt(paper, office, clock):
    first, _ = subscribe(2)
    office.refuses[first.email] = "421 too many connections"
    with pytest.raises(OSError, match="421"):
        delivery.run()
    assert list(Letter.objects.order_by("pk").values_list("attempts", flat=True)) == [1, 0]


def test_a_full_mailbox_is_tried_again_while_the_others_get_theirs(paper, office, clock):
    full, other = subscribe(2)
    office.refuses[full.email] = "452 mailbox full"
    assert delivery.run() == 1
    assert delivery.run() == 0  # not before its time
    office.refuses.clear()
    clock.shift(timedelta(minutes=3))
    assert delivery.run() == 1
    assert office.recipients == [other.email, full.email]


@pytest.mark.parametrize("reply", ["451 try again later", "421 closing"])
def test_a_server_that_is_busy_ends_the_run_and_gets_the_letter_later(paper, office, clock, reply):
    subscribe(2)
    office.at_the_dot = [reply]
    with pytest.raises(OSError, match=reply[:3]):
        delivery.run()
    assert (states(), office.taken) == (["waiting", "waiting"], [])
    assert delivery.run() == 1
    clock.shift(timedelta(minutes=3))
    assert delivery.run() == 1
    assert len(set(office.recipients)) == len(office.recipients) == 2


def test_a_letter_that_the_server_does_not_want_lets_the_others_go(paper, office, clock):
    subscribe(2)
    office.at_the_dot = ["554 looks like spam"]
    assert delivery.run() == 1
    assert states() == ["waiting", "sent"]


def test_a_connection_that_breaks_at_the_dot_leaves_no_second_letter(paper, office, clock, caplog):
    subscribe(1)
    office.at_the_dot = [None]
    with pytest.raises(OSError, match=r"closed|reset"):
        delivery.run()
    assert "may or may not have arrived" in caplog.text
    clock.shift(timedelta(hours=1))
    assert delivery.run() == 0
    assert len(office.taken) == 1


def test_a_commit_that_fails_sends_nothing_and_says_so(paper, office, clock, monkeypatch, caplog):
    subscribe(1)

    def gone(letter, issue):
        letter.state, letter.sent_at = "sent", MORNING
        raise ConnectionError("the database is gone")

    with monkeypatch.context() as broken:
        broken.setattr(Letter, "mark_sent", gone)
        with pytest.raises(ConnectionError):
            delivery.run()
    assert (states(), office.taken) == (["waiting"], [])
    assert "may or may not" not in caplog.text
    clock.shift(timedelta(minutes=3))
    assert delivery.run() == 1


def test_a_commit_whose_answer_is_lost_sends_the_letter_later_and_once(paper, office, clock, monkeypatch, caplog):
    subscribe(1)

    def cut_off(mailer, message, commit):
        def commit_without_answer():
            commit()
            raise OperationalError("server closed the connection unexpectedly")

        hand_over(mailer, message, commit_without_answer)

    with monkeypatch.context() as broken:
        broken.setattr(delivery, "hand_over", cut_off)
        with pytest.raises(OperationalError):
            delivery.run()
    assert (states(), office.taken) == (["waiting"], [])
    assert "may or may not" not in caplog.text
    clock.shift(timedelta(minutes=3))
    assert delivery.run() == 1
    assert (states(), len(office.taken)) == (["sent"], 1)


def test_without_a_server_everything_waits(paper, settings, clock):
    with open_office(settings):
        pass  # and closed again
    subscribe(2)
    with pytest.raises(OSError, match="refused"):
        delivery.run()
    assert states() == ["waiting", "waiting"]


def test_after_ten_attempts_it_has_failed(paper, office, clock, caplog):
    subscribe(1)
    office.at_the_dot = ["554 no"] * 20
    for _ in range(10):
        delivery.run()
        clock.move_to(last := Letter.objects.get().try_at)
    clock.move_to(last - timedelta(hours=12))
    assert delivery.run() == 0
    assert (states(), len(office.at_the_dot)) == (["failed"], 10)
    assert "attempt 10 of 10" in caplog.text
    assert "554" not in caplog.text


def test_what_breaks_on_one_letter_does_not_stop_the_others(paper, office, clock):
    broken, other = subscribe(2)
    Subscription.objects.filter(pk=broken.pk).update(address="/papers?sort=sideways")
    assert delivery.run() == 1
    assert office.recipients == [other.email]
    assert states() == ["waiting", "sent"]
    assert "sideways" in Letter.objects.get(subscription=broken).error


def test_a_list_that_is_gone_ends_the_subscription(lab, paper, office, clock):
    (subscription,) = subscribe(1, address="/orgs/nowhere")
    assert delivery.run() == 0
    subscription.refresh_from_db()
    assert (subscription.state, subscription.end_reason) == ("ended", "lost")


def test_who_has_unsubscribed_meanwhile_gets_nothing(paper, office, clock):
    (subscription,) = subscribe(1)
    plan(MORNING)
    subscription.refresh_from_db()
    subscription.end("unsubscribed")
    assert (delivery.run(), states(), office.taken) == (0, ["empty"], [])


@pytest.mark.django_db(transaction=True)
def test_a_letter_whose_list_takes_too_long_waits_and_others_go(office, clock, locked, monkeypatch):
    PaperFactory()
    subscribe(address="/papers?topic=cs.CL")
    monkeypatch.setattr(results, "TIMEOUT_MS", 100)
    locked("papers_searchentry")
    assert delivery.run() == 0
    letter = Letter.objects.get()
    assert (letter.state, letter.attempts) == ("waiting", 1)
    assert "takes too long" in letter.error
