"""A WSGI application in front of Django's, which keeps for a second what everybody gets without a cookie of ours.

While the database does not answer, and to whom the server refuses, it gives what it has kept for up to ten minutes,
marked as old (`lib.old_copies`).
"""

from dataclasses import dataclass, replace
from threading import Lock
from time import monotonic

from django.http import HttpResponse

from lib import compressed, old_copies, pages, unavailable
from lib.accept import prefers_markdown
from lib.unavailable import NO_DATABASE, TOO_MUCH, Answer, Reason

FRESH_SECONDS, STALE_SECONDS = 1, 0.5
FAILING_SECONDS = 10  # for so long after a failure of the database it is the reason that old copies name
ENTRIES, BYTES = 1_000, 8_000_000  # beyond which the least recently requested go; marked copies take as much again
# All of a request that a public answer may depend on: its address, the form that it asks for, beside Accept-Encoding
# and Accept (`pages.VARYING`), and its conditions.
_ADDRESS = ("wsgi.url_scheme", "HTTP_X_FORWARDED_PROTO", "HTTP_HOST", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING")
_FORM = ("HTTP_HX_REQUEST", "HTTP_HX_CURRENT_URL", "HTTP_HX_CURRENT_URL_URI_AUTOENCODED")
_CONDITIONS = ("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE")
_NONE = (None,) * len(_CONDITIONS)

type Key = tuple[tuple, tuple, tuple]  # the address, the form and the conditions


@dataclass(frozen=True)
class Entry:
    """An answer, when its request began, when it was made, and until when it is given.

    If there is a `reason` why it could not be made anew, the answer that is given until then is the one that is
    `marked` with the `notice`.
    """

    answer: Answer
    begun: float
    made: float
    until: float
    reason: Reason | None = None
    notice: str = ""
    marked: Answer | None = None


class FrontDoor:
    def __init__(self, application):
        self.application, self.lock = application, Lock()
        self.entries: dict[Key, Entry] = {}  # the latest requested at the end
        self.forgotten: dict[tuple, float] = {}  # when the latest request began whose answer took an address away
        self.bytes, self.failed_at = 0, float("-inf")

    def __call__(self, environ, start_response):
        if not _is_for_all(environ):
            return self.application(environ, start_response)
        key, begun = _key(environ), monotonic()
        if answer := self.find(key, begun):
            return _give(answer, start_response)
        head = []
        response = self.application(environ, lambda *args: head.extend(args))
        if not isinstance(response, HttpResponse):  # but a file, which is not kept
            start_response(*head)
            return response
        if reason := unavailable.reason_of(response):
            if copy := self.fail(key, monotonic(), reason):
                response.close()
                return _give(copy, start_response)
        elif pages.is_shared(response):
            of_all = [(name, value) for name, value in head[1] if name != "RateLimit"]  # what is left for one client
            self.keep(key, (head[0], of_all, response.content), begun)
            head[1] = [*head[1], ("X-Cache", "miss")]
        elif _is_about_page(head[0]):
            self.forget(key, begun)
        else:
            self.expire(key, begun)
        start_response(*head)
        return response

    def kept(self, environ: dict) -> Answer | None:
        """Returns a fresh answer or an old copy, for a request that the server refuses to let through."""
        if not _is_for_all(environ):
            return None
        key, now = _key(environ), monotonic()
        reason = NO_DATABASE if now < self.failed_at + FAILING_SECONDS else TOO_MUCH
        with self.lock:
            return self._current(key, now) or self._old(key, now, reason)

    def find(self, key: Key, now: float) -> Answer | None:
        """Returns what is kept. Just after its second, one request gets None to make it anew, and the others get it."""
        with self.lock:
            answer, entry = self._current(key, now), self.entries.get(key)
            if entry and entry.until <= now < entry.until + STALE_SECONDS:
                self.entries[key] = replace(entry, until=now + FRESH_SECONDS)
            return answer

    def fail(self, key: Key, now: float, reason: Reason) -> Answer | None:
        """Returns an old copy if there is one, and lets others have it for a second without asking the database."""
        if reason is NO_DATABASE:
            self.failed_at = now
        with self.lock:
            copy, plain = self._old(key, now, reason), _plain(key)
            if copy:
                self.entries[plain] = replace(self.entries[plain], until=now + FRESH_SECONDS, reason=reason)
            return copy

    def _current(self, key: Key, now: float) -> Answer | None:
        """Returns the answer if it is fresh; or an old copy if it could not be made anew in the last second."""
        plain, entry = self.entries.get(_plain(key)), self.entries.get(key)
        if plain and plain.reason and now < plain.until:
            return self._old(key, now, plain.reason)
        if not entry or now >= entry.until:
            return None
        self.entries[key] = self.entries.pop(key)
        status, headers, body = entry.answer
        return status, [*headers, ("X-Cache", "hit")], body

    def _old(self, key: Key, now: float, reason: Reason) -> Answer | None:
        """Returns a copy that is marked as old, for this reason, of what is kept for up to `old_copies.SECONDS`.

        It is that of a request without conditions, since who has a copy already must get to know how old it is, too.
        """
        entry = self.entries.pop(key := _plain(key), None)
        if not entry:
            return None
        notice, age = old_copies.notice(reason, now - entry.made), now - entry.made
        if notice != entry.notice:
            entry = replace(entry, notice=notice, marked=old_copies.mark(entry.answer, notice))
        self.entries[key] = entry
        return old_copies.dated(entry.marked, age) if age <= old_copies.SECONDS else None

    def keep(self, key: Key, answer: Answer, begun: float) -> None:
        """Keep the answer to a request that began at `begun`, unless a later one has been answered already."""
        now = monotonic()
        with self.lock:
            entry = self.entries.get(key)
            if begun < self.forgotten.get(key[0], begun) or (entry and begun < entry.begun):
                return
            self._remove(key)
            self.entries[key] = Entry(answer, begun, now, now + FRESH_SECONDS)  # of use even if it took seconds to make
            self.bytes += _size(key, answer)
            while len(self.entries) > ENTRIES or self.bytes > BYTES:
                self._remove(next(iter(self.entries)))

    def forget(self, key: Key, begun: float) -> None:
        """Forget all forms of the address, since what nobody may see any more may have been kept in each of them.

        Answers to requests that began before this one, at `begun`, are not kept any more either.
        """
        with self.lock:
            self.forgotten[key[0]] = max(begun, self.forgotten.pop(key[0], begun))
            if len(self.forgotten) > ENTRIES:
                del self.forgotten[next(iter(self.forgotten))]
            for each in [each for each in self.entries if each[0] == key[0]]:
                self._remove(each)

    def expire(self, key: Key, begun: float) -> None:
        """Let the next request make the answer anew, since that has failed for the one that began at `begun`."""
        with self.lock:
            if (entry := self.entries.get(key)) and entry.begun <= begun:
                self.entries[key] = replace(entry, until=float("-inf"))

    def _remove(self, key: Key) -> None:
        if entry := self.entries.pop(key, None):
            self.bytes -= _size(key, entry.answer)


def _is_for_all(environ: dict) -> bool:
    is_private = "HTTP_AUTHORIZATION" in environ or pages.has_our_cookie(environ)
    return environ["REQUEST_METHOD"] == "GET" and not is_private


def _is_about_page(status: str) -> bool:
    """Returns whether an answer with this status, which is not public, says something about the page.

    `status` is that of WSGI, such as `404 Not Found`. Other errors are about one client (412, 413, 429) or will pass
    (5xx).
    """
    return status < "4" or status[:3] in ("403", "404", "410")


def _key(environ: dict) -> Key:
    form = compressed.accepts_gzip(environ), prefers_markdown(environ), *map(environ.get, _FORM)
    return tuple(map(environ.get, _ADDRESS)), form, tuple(map(environ.get, _CONDITIONS))


def _plain(key: Key) -> Key:
    """Returns the key of a request without conditions."""
    return *key[:2], _NONE


def _give(answer: Answer, start_response) -> list[bytes]:
    status, headers, body = answer
    start_response(status, headers)
    return [body]


def _size(key: Key, answer: Answer) -> int:
    return len(repr(key)) + len(answer[2])
