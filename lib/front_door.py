"""A WSGI application in front of Django's, which keeps for a second what everybody gets without a cookie of ours."""

from threading import Lock
from time import monotonic

from django.http import HttpResponse

from lib import compressed, pages
from lib.accept import prefers_markdown

FRESH_SECONDS, STALE_SECONDS = 1, 0.5
ENTRIES, BYTES = 1_000, 8_000_000  # beyond which everything is forgotten
# All of a request, beside Accept-Encoding and Accept, that a public answer may depend on (`pages.VARYING`).
_KEY = ("wsgi.url_scheme", "HTTP_X_FORWARDED_PROTO", "HTTP_HOST", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING")
_KEY += ("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE")
_KEY += ("HTTP_HX_REQUEST", "HTTP_HX_CURRENT_URL", "HTTP_HX_CURRENT_URL_URI_AUTOENCODED")
_NOTHING = (-1.0, -1.0, None)  # until when it is fresh, when its request began, and the answer


class FrontDoor:
    def __init__(self, application):
        self.application, self.lock = application, Lock()
        self.kept, self.bytes = {}, 0  # `bytes` counts all that was kept since everything was forgotten

    def __call__(self, environ, start_response):
        if environ["REQUEST_METHOD"] != "GET" or "HTTP_AUTHORIZATION" in environ or pages.has_our_cookie(environ):
            return self.application(environ, start_response)
        forms = compressed.accepts_gzip(environ), prefers_markdown(environ)
        key, begun = (*forms, *map(environ.get, _KEY)), monotonic()
        if answer := self.find(key, begun):
            start_response(answer[0], [*answer[1], ("X-Cache", "hit")])
            return [answer[2]]
        head = []
        response = self.application(environ, lambda *args: head.extend(args))
        if isinstance(response, HttpResponse) and pages.is_shared(response):
            of_all = [(name, value) for name, value in head[1] if name != "RateLimit"]  # what is left for one client
            self.keep(key, (head[0], of_all, response.content), begun)
            head[1] = [*head[1], ("X-Cache", "miss")]
        else:
            self.kept.pop(key, None)
        start_response(*head)
        return response

    def find(self, key: tuple, now: float) -> tuple | None:
        """Returns what is kept. Just after its second, one request gets None to make it anew, and the others get it."""
        with self.lock:
            until, begun, answer = self.kept.get(key, _NOTHING)
            if until <= now < until + STALE_SECONDS:
                self.kept[key] = now + FRESH_SECONDS, begun, answer
            return answer if now < until else None

    def keep(self, key: tuple, answer: tuple, begun: float) -> None:
        """Keep the answer to a request that began at `begun`, unless that to a later one is kept already."""
        size = len(repr(key)) + len(answer[2])
        with self.lock:
            if begun < self.kept.get(key, _NOTHING)[1]:
                return
            self.bytes += size
            if len(self.kept) >= ENTRIES or self.bytes > BYTES:
                self.kept, self.bytes = {}, size
            self.kept[key] = monotonic() + FRESH_SECONDS, begun, answer  # of use even if it took seconds to make
