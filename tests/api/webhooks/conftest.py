from datetime import timedelta

import pytest
import time_machine

from api.models import Webhook
from api.webhooks import finding, reading, sending
from tests.api.webhooks.receiver import URL, certificate, serving
from tests.factories import NOON, PaperFactory


@pytest.fixture(scope="session")
def certificate_file(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("receiver"))


@pytest.fixture
def receiver(certificate_file, monkeypatch):
    with serving(certificate_file, monkeypatch) as receiver:
        yield receiver


@pytest.fixture
def clock():
    """The clock, which stands at NOON until `clock.shift(…)` or `clock.move_to(…)`."""
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def make(db):
    """`make(alice, alice)`: a webhook of Alice, to the receiver, which has looked at its list for the first time."""

    def make(actor, owner, address="/papers", url=URL) -> Webhook:
        webhook = Webhook.objects.make(actor, owner, reading.find(address, owner, actor), url)
        finding.run()
        return webhook

    return make


@pytest.fixture
def minute(clock):
    """`minute()`: a minute later, the job has run again."""

    def minute(count=1) -> None:
        for _ in range(count):
            clock.shift(timedelta(minutes=1))
            finding.run()
            sending.run()

    return minute


@pytest.fixture
def listed(clock):
    """`listed("2509.00001")`: a minute later, a paper comes into the lists."""

    def listed(arxiv_id, **values):
        clock.shift(timedelta(minutes=1))
        return PaperFactory(arxiv_id=arxiv_id, **{"listed_at": NOON.now(NOON.tzinfo)} | values)

    return listed
