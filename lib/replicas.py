"""Reading from replicas of the database (DATABASE_REPLICAS).

GET and HEAD requests without a token read from a replica that is at most `lag.MAX_LAG` seconds behind, unless the
browser has sent something else in the last WRITTEN_SECONDS. Meanwhile the connection to the replica is the thread's
`default` one, so that models, `lib.statements.rows` and cursors all read there. Limits are counted, and sessions read,
on the primary.

A replica refuses to write. If it refused or failed in any way, even if the view went on, the answer is dropped, and the
request is answered once more from the primary. Nothing was written, so that is safe.
"""

import logging
import random
import re
from collections.abc import Callable
from threading import local

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import DEFAULT_DB_ALIAS, DataError, Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponse

from lib.lag import Servers
from lib.statements import is_out_of_time

WRITTEN_SECONDS = 15  # longer than a replica that is read from can be behind

logger = logging.getLogger(__name__)
_servers = Servers()
_thread = local()  # `reading`: what this thread reads from a replica at the moment


def primary() -> BaseDatabaseWrapper:
    """Returns this thread's connection to the primary, also while `default` is that to a replica."""
    reading = getattr(_thread, "reading", None)
    return reading.primary if reading else connections[DEFAULT_DB_ALIAS]


def lag() -> dict[str, float | None]:
    """Returns how many seconds each replica was behind when it answered last, or None if it is down.

    It is infinite for one that has not reached what the primary had written when this process began to measure.
    """
    return _servers.lag()


class Reading:
    """A block in which this thread reads from a replica."""

    def __init__(self, alias: str):
        self.server = _servers.replicas[alias]
        self.primary, self.replica = connections[DEFAULT_DB_ALIAS], connections[alias]
        self.is_late = self.is_refused = False

    def __enter__(self) -> "Reading":
        """Connect, unless that has been done, and read there from now on. Raises Error if the replica is down."""
        self.server.in_use.add(self.replica)
        try:
            self.replica.close_if_health_check_failed()
            self.replica.ensure_connection()
        except Error:
            self.server.in_use.discard(self.replica)
            self.server.lag = None  # until it answers again
            raise
        self.replica.execute_wrappers[:] = [*self.primary.execute_wrappers, self._note_errors]
        connections[DEFAULT_DB_ALIAS], _thread.reading = self.replica, self
        return self

    def __exit__(self, *error) -> None:
        connections[DEFAULT_DB_ALIAS], _thread.reading = self.primary, None
        self.replica.execute_wrappers.clear()
        self.server.in_use.discard(self.replica)

    @property
    def has_failed(self) -> bool:
        """Whether the replica refused or failed. A statement that took too long there would do so on the primary."""
        return self.is_refused or (self.replica.errors_occurred and not self.is_late)

    def _note_errors(self, execute: Callable, sql, params, many, context):
        """Note errors of statements, since a rollback makes the connection forget that there was one."""
        try:
            return execute(sql, params, many, context)
        except DataError:
            raise
        except Error as error:
            if is_out_of_time(error):
                self.is_late = True
            else:
                self.is_refused = True
            raise


class ReplicaMiddleware:
    """Answers requests that only read from a replica, and marks browsers that have written with a short-lived cookie.

    What other middleware outside of this one reads comes from the primary.
    """

    def __init__(self, get_response):
        if not settings.REPLICAS:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request):
        usable = _servers.usable() if _may_read(request) else []
        response = self.read(request, random.choice(usable)) if usable else None  # noqa: S311 (any will do)
        response = response or self.get_response(request)
        if _has_written(request, response):
            options = {"max_age": WRITTEN_SECONDS, "secure": settings.HTTPS, "httponly": True, "samesite": "Lax"}
            response.set_cookie(settings.WRITTEN_COOKIE_NAME, "1", **options)
        return response

    def read(self, request: HttpRequest, alias: str) -> HttpResponse | None:
        """Returns the answer from this replica, or None if it is down, refused or failed."""
        try:
            with Reading(alias) as reading:
                response = self.get_response(request)
        except Error:
            return None
        if not reading.has_failed:
            return response
        logger.warning("%s failed, so the primary answers", alias)
        return None

    def process_exception(self, request, exception):
        """Keep an error of a replica out of the log, since its answer is dropped."""
        reading = getattr(_thread, "reading", None)
        return HttpResponse(status=503) if reading and reading.has_failed else None


def _may_read(request: HttpRequest) -> bool:
    """Returns whether a replica may answer. Who is signed in has been read from the primary then."""
    if request.method not in ("GET", "HEAD") or "Authorization" in request.headers:
        return False
    if settings.WRITTEN_COOKIE_NAME in request.COOKIES or _needs_primary(request):
        return False
    return settings.SESSION_COOKIE_NAME not in request.COOKIES or _read_user(request)


def _read_user(request: HttpRequest) -> bool:
    """Read who is signed in. Returns whether that was possible: if not, the view itself fails."""
    try:
        bool(request.user.is_authenticated)
    except Error:
        return False
    return True


def _has_written(request: HttpRequest, response: HttpResponse) -> bool:
    """Returns whether a browser may have written. Whoever comes back from a site to sign in with does so by GET."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return _needs_primary(request) and response.status_code == 302
    return "Authorization" not in request.headers


def _needs_primary(request: HttpRequest) -> bool:
    return re.fullmatch(settings.PRIMARY_PATHS, request.path) is not None
