"""What Prometheus learns of letters and of what the mail server does with them."""

import pytest

from inbox.letters import delivery
from lib import metrics
from tests.inbox.letters.test_delivery import clock as clock
from tests.inbox.letters.test_delivery import office as office
from tests.inbox.letters.test_delivery import subscribe


@pytest.fixture
def counted(settings):
    """`counted()`: how often each thing has happened since the last call, for those that have."""
    settings.METRICS_TOKEN, last = "a token", {}

    def counted() -> dict[tuple[str, str], float]:
        samples = [sample for metric in metrics.counted() for sample in metric.samples]
        wanted = ("broadsheet_mails_total", "broadsheet_letters_total")
        now = {(row.name, *row.labels.values()): row.value for row in samples if row.name in wanted}
        new = {key: value - last.get(key, 0) for key, value in now.items() if value > last.get(key, 0)}
        last.update(now)
        return new

    counted()
    return counted


def test_letters_and_mails_are_counted_by_what_became_of_them(paper, office, clock, counted):
    refused, postponed, _ = subscribe(3)
    office.refuses = {refused.email: "550 5.1.1 unknown", postponed.email: "450 4.2.2 full"}
    delivery.run()
    mails = {("broadsheet_mails_total", outcome): 1 for outcome in ("sent", "refused", "postponed")}
    letters = {("broadsheet_letters_total", state): 1 for state in ("sent", "failed", "waiting")}
    assert counted() == mails | letters


def test_a_mail_server_that_is_not_there_is_counted_and_no_letter_is(paper, settings, clock, counted):
    subscribe(1)
    options = {"host": "127.0.0.1", "port": 1, "timeout": 5}
    settings.MAILERS = {"default": {"BACKEND": "lib.mail.SmtpBackend", "OPTIONS": options}}
    with pytest.raises(ConnectionRefusedError):
        delivery.run()
    assert counted() == {("broadsheet_mails_total", "unreachable"): 1}
