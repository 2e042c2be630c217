"""Which requests are refused at once, because those before them would keep them waiting for too long.

Requests wait in a queue for one of the threads. The longer the queue, the fewer kinds of requests are admitted to it:
first strangers are refused, then members who read, and at last members who change something. Nothing proves the kind
at this point: whoever sends a session's cookie counts as a member, whatever its value.
"""

import re
from collections import Counter
from time import monotonic

from django.conf import settings
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import ThreadedTaskDispatcher

from lib import metrics

# The longest wait in seconds that a request of each kind may have to expect.
STRANGER, MEMBER, CHANGE = "strangers", "members", "changes"
LONGEST = {STRANGER: 0.5, MEMBER: 0.75, CHANGE: 1.0}
_FETCHING = {"GET", "HEAD"}
_READING = _FETCHING | {"OPTIONS"}
_STATIC = "/static/"  # to fetch what an admitted page needs costs little, and is refused last
_SESSION = re.compile(rf"(?:^|;)[ \t]*{re.escape(settings.SESSION_COOKIE_NAME)}[ \t]*=[ \t]*[^; \t]")
FIRST_SECONDS = 0.05  # that requests are taken to need before any was measured: just after a start they need long
LONGEST_WAIT = 2.0  # seconds after which a request that was admitted is refused when its turn comes
_WEIGHT = 1 / 32  # of the latest request in the average


class Admission:
    """Decides for the queue of one dispatcher."""

    def __init__(self, dispatcher: ThreadedTaskDispatcher):
        self.dispatcher = dispatcher
        self.seconds = FIRST_SECONDS  # that requests took lately, on average
        self.refused = Counter()

    def admits(self, request: HTTPRequestParser) -> bool:
        kind = kind_of(request)
        if self.expected_wait() <= LONGEST[kind]:
            return True
        self._count(kind)
        return False

    def enqueue(self, channel: HTTPChannel) -> None:
        channel.waiting_since = monotonic()
        self.dispatcher.add_task(channel)

    def waited(self, channel: HTTPChannel) -> float:
        """Returns for how many seconds the request of the channel has waited."""
        return monotonic() - channel.waiting_since

    def is_late(self, channel: HTTPChannel) -> bool:
        """Returns whether the request of the channel is refused after all, because it has waited for too long."""
        if self.waited(channel) <= LONGEST_WAIT:
            return False
        self._count(kind_of(channel.requests[0]))
        return True

    def _count(self, kind: str) -> None:
        self.refused[kind] += 1
        metrics.count_refused(kind)

    def expected_wait(self) -> float:
        """Returns an estimate of the seconds that one more request would wait.

        That is the work that waits, divided among the threads, but at least as long as the oldest queued request has
        waited, because the average is out of date when all threads have just got stuck.
        """
        with self.dispatcher.lock:
            queue, threads = self.dispatcher.queue, len(self.dispatcher.threads)
            if not queue:
                return 0.0
            return max(monotonic() - queue[0].waiting_since, len(queue) * self.seconds / threads)

    def note(self, seconds: float) -> None:
        """Take into account that a request took this many seconds of a thread."""
        self.seconds += (seconds - self.seconds) * _WEIGHT

    def report(self) -> str:
        """Returns how many requests of which kind were refused since the last report, in words, or nothing."""
        refused, self.refused = self.refused, Counter()
        return ", ".join(f"{kind} {number}" for kind, number in refused.items())


def kind_of(request: HTTPRequestParser) -> str:
    """Returns the kind of a request, one of those in LONGEST."""
    headers = request.headers
    if request.command in _FETCHING and request.path.startswith(_STATIC):
        return CHANGE
    if not (headers.get("AUTHORIZATION") or _SESSION.search(headers.get("COOKIE", ""))):
        return STRANGER
    return MEMBER if request.command in _READING else CHANGE
