"""What a request is called in the log and in the metrics: its id, its page, and what its statements cost.

The id is made at the edge, in front of everything else that answers, and is a header of each answer. The page is the
name of its address in the URL configuration, such as `papers:paper`, and never the address itself.
"""

import logging
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import perf_counter

from lib import metrics

SLOW_REQUEST_SECONDS = 1.0
SLOW_STATEMENT_SECONDS = 0.5
MAX_SQL = 2_000  # characters of a statement in the log
MAX_PAGES = 1_000  # addresses whose pages a process remembers
NO_PAGE = "other"  # what has no name: static files, probes, addresses that do not exist
WAITED = "broadsheet.waited"  # the key of a WSGI environment: the seconds that the request waited for a thread
_WATCH = "broadsheet.watch"
# What a proxy may have made: hexadecimal digits alone, so that no client writes words into the log.
_FOREIGN_ID = re.compile(r"[0-9a-fA-F-]{8,36}")

logger = logging.getLogger(__name__)


class Watch:
    """A request while it is answered. Its `statements` took `statement_seconds` together.

    `is_kept` is whether the front door had kept the answer, so that the request has not come to Django.
    """

    __slots__ = ("_page", "id", "is_kept", "request", "statement_seconds", "statements")

    def __init__(self, identifier: str) -> None:
        self.id, self.request, self._page, self.is_kept = identifier, None, NO_PAGE, False
        self.statements, self.statement_seconds = 0, 0.0

    @property
    def page(self) -> str:
        match = self.request and self.request.resolver_match
        return match.view_name if match else self._page

    @page.setter
    def page(self, name: str) -> None:
        self._page = name

    @property
    def fields(self) -> dict[str, object]:
        return {"request": self.id, "page": self.page}

    def end(self, status: str, waited: float, seconds: float) -> None:
        """Count the request, and log it if it was slow. It waited for a thread, and then took this many seconds.

        `status` is that of the answer: `200 OK`.
        """
        metrics.count_request(self, status, waited + seconds)
        if waited + seconds > SLOW_REQUEST_SECONDS:
            times = {"duration": seconds, "waited": waited, "statements": self.statement_seconds}
            details = {f"{name}_ms": round(value * 1_000) for name, value in times.items()}
            details |= {"status": int(status[:3]), "statements": self.statements}
            logger.warning("Slow request", extra=details)


@dataclass(frozen=True)
class Job:
    """A job of the worker while it is done."""

    id: int
    task: str

    @property
    def fields(self) -> dict[str, object]:
        return {"job": self.id, "task": self.task}


_current: ContextVar[Watch | Job | None] = ContextVar("current", default=None)


def current_fields() -> dict[str, object]:
    """Returns what each line of the log says of the request or job at hand."""
    current = _current.get()
    return current.fields if current else {}


def of(environ: dict) -> Watch:
    """Returns the watch of the request with this WSGI environment."""
    if (watch := environ.get(_WATCH)) is None:
        watch = environ[_WATCH] = Watch(_request_id(environ))
    return watch


def id_header(environ: dict) -> tuple[str, str]:
    return "X-Request-ID", of(environ).id


@contextmanager
def job(pk: int, task: str) -> Iterator[None]:
    """Write the job into each line of the log in this block."""
    token = _current.set(Job(pk, task))
    try:
        yield
    finally:
        _current.reset(token)


class Watched:
    """A WSGI application that gives each request its id, and counts it and its time."""

    def __init__(self, application) -> None:
        self.application = application
        self.kept = getattr(application, "kept", lambda environ: None)  # see `lib.front_door`
        self.pages: dict[str, str] = {}  # of addresses whose answers the front door keeps

    def __call__(self, environ: dict, start_response) -> Iterable[bytes]:
        watch, begun, answer = of(environ), perf_counter(), []
        token = _current.set(watch)

        def start(status: str, headers: list[tuple[str, str]], exc_info=None):
            answer[:] = status, headers
            return start_response(status, [*headers, id_header(environ)], exc_info)

        try:
            return self.application(environ, start)
        finally:
            status, headers = answer or ("500", [])
            self.name_page(watch, environ["PATH_INFO"], headers)
            watch.end(status, environ.get(WAITED, 0.0), perf_counter() - begun)
            _current.reset(token)

    def name_page(self, watch: Watch, path: str, headers: list[tuple[str, str]]) -> None:
        """Give an answer that the front door had kept the page that the same address had when it was made."""
        if watch.request is None:
            watch.is_kept, watch.page = True, self.pages.get(path, NO_PAGE)
        elif ("X-Cache", "miss") in headers:
            if len(self.pages) >= MAX_PAGES:
                self.pages.clear()
            self.pages[path] = watch.page


class WatchMiddleware:
    """Sets `request.id`, which pages of errors show, and lets the request name its page."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        watch = of(request.META)
        request.id, watch.request = watch.id, request
        return self.get_response(request)


def measure(execute, sql, params, many, context):
    """Measure a statement if it is one of a request: a wrapper of Django's around each statement of a connection."""
    watch = _current.get()
    if not isinstance(watch, Watch):
        return execute(sql, params, many, context)
    begun = perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        seconds = perf_counter() - begun
        watch.statements += 1
        watch.statement_seconds += seconds
        if seconds > SLOW_STATEMENT_SECONDS:
            details = {"sql": " ".join(str(sql).split())[:MAX_SQL], "duration_ms": round(seconds * 1_000)}
            logger.warning("Slow statement", extra=details)


def _request_id(environ: dict) -> str:
    """Returns the id that a proxy has given the request, if it looks like one, or else a random one."""
    given = environ.get("HTTP_X_REQUEST_ID", "")
    return given if _FOREIGN_ID.fullmatch(given) else os.urandom(6).hex()
