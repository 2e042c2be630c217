"""What mail services report, by their own bytes at the real address."""

from importlib import reload

import pytest
from anymail.signals import AnymailTrackingEvent
from django.urls import clear_url_caches

import config.urls
from accounts.models import Suppression
from inbox import bounces
from tests.factories import SubscriptionFactory

POSTMARK = "/anymail/postmark/tracking/"
SECRET = {"Authorization": "Basic cG9zdDpzZWNyZXQ="}  # post:secret


@pytest.fixture
def service(settings, stranger):
    """Reports as Postmark does."""
    settings.ANYMAIL = {"WEBHOOK_SECRET": "post:secret"}
    reload(config.urls)
    clear_url_caches()

    def service(record="Bounce", headers=SECRET, **fields):
        body = {
            "RecordType": record,
            "ID": 4323372036854775807,
            "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
            "Email": "Sara@example.org",
            "BouncedAt": "2026-11-28T10:00:00Z",
            "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
        }
        return stranger.post(POSTMARK, body | fields, content_type="application/json", headers=headers)

    yield service
    settings.ANYMAIL = {}
    reload(config.urls)
    clear_url_caches()


@pytest.fixture
def rows(db):
    return [SubscriptionFactory(email="sara@example.org", address=address) for address in ("/papers", "/orgs/lab")]


def ends(rows) -> set:
    for row in rows:
        row.refresh_from_db()
    return {(row.state, row.end_reason) for row in rows}


@pytest.mark.parametrize(
    ("report", "why"),
    [
        ({"Type": "HardBounce"}, "bounced"),
        ({"Type": "BadEmailAddress"}, "bounced"),
        ({"Type": "SpamNotification"}, "complained"),
        ({"record": "SpamComplaint", "Type": "SpamComplaint"}, "complained"),
        (
            {"record": "SubscriptionChange", "SuppressionReason": "ManualSuppression", "SuppressSending": True},
            "refused",
        ),
    ],
)
def test_what_lasts_ends_all_letters(rows, service, report, why):
    other = SubscriptionFactory()
    for _ in range(2):
        assert service(**report).status_code == 200
    assert ends(rows) == {("ended", why)}
    assert (Suppression.objects.get().why, Suppression.objects.has("SARA@example.org")) == (why, True)
    assert ends([other]) == {("active", "")}


@pytest.mark.parametrize(
    "report",
    [
        {"Type": "SoftBounce"},
        {"Type": "Transient"},
        {"Type": "DnsError"},
        {"Type": "Blocked"},
        {"Type": "VirusNotification"},
        {"Type": "HardBounce", "Details": "452 4.2.2 mailbox full"},
        {"Type": "AutoResponder"},
        {"record": "Delivery", "Recipient": "sara@example.org"},
        {"record": "Open", "Recipient": "sara@example.org"},
    ],
)
def test_what_may_pass_ends_none(rows, service, report):
    assert service(**report).status_code == 200
    assert (ends(rows), Suppression.objects.count()) == ({("active", "")}, 0)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic cG9zdDpndWVzcw=="}])
def test_nobody_else_can_say_so(rows, service, headers):
    assert service(Type="HardBounce", headers=headers).status_code == 400
    assert (ends(rows), Suppression.objects.count()) == ({("active", "")}, 0)


def test_without_a_secret_there_is_no_such_address(rows, stranger):
    answer = stranger.post(POSTMARK, {"RecordType": "Bounce"}, content_type="application/json", headers=SECRET)
    assert answer.status_code in {403, 404}
    assert ends(rows) == {("active", "")}


@pytest.mark.parametrize(
    ("raw", "lasts"),
    [
        ({"event": "hard_bounce"}, True),
        ({"event": "soft_bounce"}, False),
        ({"type": "activity.soft_bounced"}, False),
        ({"bounceType": "Transient"}, False),
        ({"bounceType": "Permanent"}, True),
        ({"bounce_class": "10"}, True),
        ({"bounce_class": "22"}, False),
        ({"event": "hard_bounce", "email": "someone@microsoft.com"}, True),
        (None, True),
    ],
)
def test_other_services_say_it_in_their_own_words(raw, lasts):
    event = AnymailTrackingEvent(event_type="bounced", reject_reason="bounced", esp_event=raw)
    assert bounces.reason(event) == ("bounced" if lasts else None)
