"""A WSGI application in front of Django's, which keeps for a second what everybody gets without a cookie of ours.

While the database does not answer, it gives what it has kept for up to ten minutes, marked as old (`lib.old_copies`).
"""

from dataclasses import dataclass, replace
from threading import Lock
from time import monotonic

from django.http import HttpResponse

from lib import compressed, old_copies, pages, unavailable
from lib.accept import prefers_markdown
from lib.unavailable import Answer

FRESH_SECONDS, STALE_SECONDS = 1, 0.5
FAILING_SECONDS = 10  # for so long after a failure of the database, what the server refuses gets old copies, too
ENTRIES, BYTES = 1_000, 8_000_000  # beyond which the least recently requested are forgotten
# All of a request, beside Accept-Encoding and Accept, that a public answer may depend on (`pages.VARYING`).
_ADDRESS = ("wsgi.url_scheme", "HTTP_X_FORWARDED_PROTO", "HTTP_HOST", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING")
_ADDRESS += ("HTTP_HX_REQUEST", "HTTP_HX_CURRENT_URL", "HTTP_HX_CURRENT_URL_URI_AUTOENCODED")
_CONDITIONS = ("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE")
_NONE = (None,) * len(_CONDITIONS)

type Key = tuple[tuple, tuple]  # the address and the forms of the body; and the conditions


@dataclass(frozen=True)
class Entry:
    """An answer, when its request began, when it was made, until when it is given, and how it is marked if as old."""

    answer: Answer
    begun: float
    made: float
    until: float
    marked: Answer | None = None


class FrontDoor:
    def __init__(self, application):
        self.application, self.lock = application, Lock()
        self.entries: dict[Key, Entry] = {}  # the latest requested at the end
        self.bytes, self.failed_at = 0, float("-inf")

    def __call__(self, environ, start_response):
        if not _is_for_all(environ):
            return self.application(environ, start_response)
        key, begun = _key(environ), monotonic()
        if answer := self.find(key, begun):
            return _give(answer, start_response)
        head = []
        response = self.application(environ, lambda *args: head.extend(args))
        if unavailable.is_of_database(response):
            self.failed_at = monotonic()
            if old := self.find_old(key, self.failed_at):
                response.close()
                return _give(old, start_response)
        elif isinstance(response, HttpResponse) and pages.is_shared(response):
            of_all = [(name, value) for name, value in head[1] if name != "RateLimit"]  # what is left for one client
            self.keep(key, (head[0], of_all, response.content), begun)
            head[1] = [*head[1], ("X-Cache", "miss")]
        else:
            self.forget(key)
        start_response(*head)
        return response

    def kept(self, environ: dict) -> Answer | None:
        """Returns what can be answered without running the application, for a server that cannot run it now."""
        if not _is_for_all(environ):
            return None
        key, now = _key(environ), monotonic()
        with self.lock:
            answer = self._fresh(key, now)
        is_failing = now < self.failed_at + FAILING_SECONDS
        return answer or (self.find_old(key, now) if is_failing else None)

    def find(self, key: Key, now: float) -> Answer | None:
        """Returns what is kept. Just after its second, one request gets None to make it anew, and the others get it."""
        with self.lock:
            answer, entry = self._fresh(key, now), self.entries.get(key)
            if entry and entry.until <= now < entry.until + STALE_SECONDS:
                self.entries[key] = replace(entry, until=now + FRESH_SECONDS)
            return answer

    def _fresh(self, key: Key, now: float) -> Answer | None:
        """Returns the answer that is fresh, or the marked one whose second has not passed."""
        plain, entry = self.entries.get((key[0], _NONE)), self.entries.get(key)
        if plain and plain.marked and now < plain.until:
            return plain.marked
        if not entry or now >= entry.until:
            return None
        self.entries[key] = self.entries.pop(key)
        status, headers, body = entry.answer
        return status, [*headers, ("X-Cache", "hit")], body

    def find_old(self, key: Key, now: float) -> Answer | None:
        """Returns what is kept for up to `old_copies.SECONDS`, marked as old, and gives it to others for a second."""
        key = key[0], _NONE
        with self.lock:
            entry = self.entries.get(key)
            if not entry or now > entry.made + old_copies.SECONDS:
                return None
            marked = entry.marked if now < entry.until else None
            marked = marked or old_copies.mark(entry.answer, now - entry.made)
            self.entries[key] = replace(self.entries.pop(key), until=now + FRESH_SECONDS, marked=marked)
            return marked

    def keep(self, key: Key, answer: Answer, begun: float) -> None:
        """Keep the answer to a request that began at `begun`, unless that to a later one is kept already."""
        now = monotonic()
        with self.lock:
            if (entry := self.entries.get(key)) and begun < entry.begun:
                return
            self._remove(key)
            self.entries[key] = Entry(answer, begun, now, now + FRESH_SECONDS)  # of use even if it took seconds to make
            self.bytes += _size(key, answer)
            while len(self.entries) > ENTRIES or self.bytes > BYTES:
                self._remove(next(iter(self.entries)))

    def forget(self, key: Key) -> None:
        with self.lock:
            self._remove(key)

    def _remove(self, key: Key) -> None:
        if entry := self.entries.pop(key, None):
            self.bytes -= _size(key, entry.answer)


def _is_for_all(environ: dict) -> bool:
    is_private = "HTTP_AUTHORIZATION" in environ or pages.has_our_cookie(environ)
    return environ["REQUEST_METHOD"] == "GET" and not is_private


def _key(environ: dict) -> Key:
    forms = compressed.accepts_gzip(environ), prefers_markdown(environ)
    return (*forms, *map(environ.get, _ADDRESS)), tuple(map(environ.get, _CONDITIONS))


def _give(answer: Answer, start_response) -> list[bytes]:
    status, headers, body = answer
    start_response(status, headers)
    return [body]


def _size(key: Key, answer: Answer) -> int:
    return len(repr(key)) + len(answer[2])
