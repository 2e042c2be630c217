"""docs/webhooks.md: its example checks what is sent, and its numbers are those of the code."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from api.models import Webhook, delivery, webhook
from api.webhooks import reading, sending
from lib import outside

DOCUMENT = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text()
TEXT = " ".join(DOCUMENT.split())


def test_the_example_tells_genuine_requests_from_others(alice, make, receiver, listed, minute, clock):
    example = {}
    exec(re.search(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)[1], example)  # noqa: S102 (our own document)
    is_genuine, secret = example["is_genuine"], make(alice, alice).secret
    listed("2509.00001")
    minute()
    [received] = receiver.requests
    assert is_genuine(secret, received.headers, received.body)
    assert not is_genuine(Webhook(url="").secret, received.headers, received.body)
    assert not is_genuine(secret, received.headers, received.body + b" ")
    later = str(int(received.headers["Broadsheet-Timestamp"]) + 1)
    assert not is_genuine(secret, received.headers | {"Broadsheet-Timestamp": later}, received.body)
    clock.shift(timedelta(minutes=6))
    assert not is_genuine(secret, received.headers, received.body)


@pytest.mark.parametrize(
    ("pattern", "numbers"),
    [
        (r"Each has at most (\d+)\.", [webhook.MOST]),
        (r"in the last (\d+) days", [reading.RECENT.days] * 2),
        (r"at most (\d+) papers", [delivery.MAX_PAPERS]),
        (r"no answer within (\d+) seconds", [outside.POST_SECONDS]),
        (r"have failed for (\d+) day", [webhook.FAILING_AT_MOST.days]),
        (r"the answer is (\d+) Gone", [delivery.GONE]),
        (r"the last (\d+) deliveries", [webhook.DELIVERIES_SHOWN]),
        (r"kept for (\d+) days", [delivery.KEPT.days]),
        (r"up to (\d+) attempts at once", [sending.THREADS]),
        (r"to port (\d+) of", [outside.PORTS["https"]]),
    ],
)
def test_the_document_states_the_numbers_of_the_code(pattern, numbers):
    assert [int(found) for found in re.findall(pattern, TEXT)] == numbers


def test_the_document_states_when_attempts_follow():
    times = re.search(r"attempts follow after (.*?);", TEXT)[1]
    units = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1)}
    waits = [int(number) * units[unit] for number, unit in re.findall(r"(\d+) (minute|hour)", times)]
    assert waits == delivery.WAITS
