"""The web server: gunicorn manages the processes, and waitress speaks HTTP in each of them.

waitress reads whole requests and writes responses in one loop over all connections, and its threads run nothing but
Django. So a client that sends or reads slowly occupies a connection, but no thread. Headers whose names contain an
underscore are dropped, SCRIPT_NAME among them.

The loop itself answers what is refused (`lib.admission`), so that this costs no thread. Probes have a thread of their
own, and so has the one that needs no database.
"""

import logging
import os
import sys
import time
from collections.abc import Callable, Iterable

from django.conf import settings
from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.buffers import OverflowableBuffer
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher, WSGITask

from lib import unavailable, watching
from lib.admission import Admission
from lib.bodies import body_limit

LIVENESS = "/healthz"
PROBES = {LIVENESS, "/readyz"} | ({"/metrics"} if settings.METRICS_TOKEN else set())  # never refused
CONNECTIONS = 500  # of one process; each takes a file descriptor, of which a process commonly has 1,024
HEADER_BYTES = 32 * 1024
DRAINED_BYTES = 50 * 1024 * 1024  # a longer body is answered before all of it has arrived
RECEIVING_SECONDS = 60  # from the first byte of a request to its last
IDLE_SECONDS = 60  # without a byte in either direction
CLOSING_SECONDS = 25  # for running requests when the process shuts down; gunicorn's arbiter waits for 30

logger = logging.getLogger(__name__)


class BoundedBuffer(OverflowableBuffer):
    """Stores the first `limit` bytes of a body and only counts the others, so that they are not written to disk."""

    def __init__(self, overflow: int, limit: int):
        super().__init__(overflow)
        self.limit = limit
        self.received = 0

    def __len__(self) -> int:
        return self.received

    def append(self, data: bytes) -> None:
        room = self.limit - self.received
        self.received += len(data)
        if room > 0:
            super().append(data[:room])


class Parser(HTTPRequestParser):
    """Stores no more of a body than `body_limit` allows for its path; `BodyLimitMiddleware` refuses longer ones.

    The rest is read and dropped, since a browser shows a response only after it has sent its whole request.
    """

    is_refused = False

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if self.body_rcv is not None:
            self.body_rcv.buf = BoundedBuffer(self.adj.inbuf_overflow, body_limit(self.path))


class ErrorResponse(ErrorTask):
    """The server's own response to a malformed or oversized request: plain text that must not be cached."""

    def start(self) -> None:
        super().start()
        policy = ("Content-Security-Policy", "default-src 'none'")
        self.response_headers += [("Cache-Control", "private, no-store"), policy, ("X-Content-Type-Options", "nosniff")]
        self.response_headers.append(watching.id_header({}))  # what cannot be read has no id of a proxy


class Refusal(WSGITask):
    """The answer to a request that is refused: what the application keeps for it, if it keeps something, or a page."""

    def execute(self) -> None:
        environ = self.get_environment()
        self.status, headers, body = self.channel.server.refuse(environ)
        self.response_headers, self.content_length = [*headers, watching.id_header(environ)], len(body)
        head = self.build_response_header()
        self.channel.write_soon(head if self.request.command == "HEAD" else head + body)
        self.wrote_header = True


class Work(WSGITask):
    """Runs the application, and measures for how long."""

    def get_environment(self) -> dict:
        environ = super().get_environment()
        if self.request.path not in PROBES:
            environ[watching.WAITED] = self.channel.server.admission.waited(self.channel)
        return environ

    def execute(self) -> None:
        began = time.monotonic()
        super().execute()
        if self.request.path not in PROBES:
            self.channel.server.admission.note(time.monotonic() - began)


class Channel(HTTPChannel):
    """A connection that refuses pipelining: if further requests arrive early, the first is answered and it is closed.

    Browsers and proxies do not pipeline. A client that does could make the server produce responses faster than it
    reads them.
    """

    parser_class = Parser
    error_task_class = ErrorResponse
    receiving_since = 0.0  # when the request began that is being received
    waiting_since = 0.0  # when the request was admitted (`lib.admission`)
    is_pipelined = False

    @property
    def task_class(self) -> type[WSGITask]:
        request = self.requests[0]
        if request.is_refused or (request.path not in PROBES and self.server.admission.is_late(self)):
            return Refusal
        return Work

    def received(self, data: bytes) -> bool:
        if self.request is None:
            self.receiving_since = time.time()
        is_received = super().received(data)
        with self.requests_lock:
            if surplus := self.requests[1:]:
                self.is_pipelined = True
                del self.requests[1:]
                for request in surplus:
                    request.close()
            is_refused = self.requests and self.requests[0].is_refused
        if is_refused:
            self.service()
        return is_received

    def service(self) -> None:
        super().service()
        if self.is_pipelined:
            self.close_when_flushed = True

    def readable(self) -> bool:
        return self.is_open and super().readable()

    def writable(self) -> bool:
        return bool(self.is_open and super().writable())

    @property
    def is_open(self) -> bool:
        """Whether it was not closed; the number of a closed one may be that of a new connection a moment later."""
        return self._fileno is not None

    @property
    def idle_since(self) -> float | None:
        """Returns since when the connection waits for its client, or None if it does not.

        A request that is being received counts from its first byte, so that it gains nothing by arriving slowly.
        """
        if self.requests:
            return None
        return self.last_activity if self.request is None else self.receiving_since

    def is_receiving_too_long(self, now: float) -> bool:
        return self.request is not None and now - self.receiving_since > RECEIVING_SECONDS


class Server(TcpWSGIServer):
    channel_class = Channel

    def __init__(self, *args, kept: Callable[[dict], unavailable.Answer | None] = lambda environ: None, **options):
        """`kept` returns what can be answered to a request with this environment without running the application."""
        super().__init__(*args, **options)
        self.kept = kept
        self.admission = Admission(self.task_dispatcher)
        self.liveness, self.probes = ThreadedTaskDispatcher(), ThreadedTaskDispatcher()
        for dispatcher in (self.liveness, self.probes):
            dispatcher.set_thread_count(1)

    def add_task(self, channel: Channel) -> None:
        """Let the request of the channel wait for a thread, or mark it as refused."""
        request = channel.requests[0]
        if request.error is None and request.path in PROBES:
            (self.liveness if request.path == LIVENESS else self.probes).add_task(channel)
        elif request.error is None and not self.admission.admits(request):
            request.is_refused = True
        else:
            self.admission.enqueue(channel)

    def refuse(self, environ: dict) -> unavailable.Answer:
        return self.kept(environ) or unavailable.busy(environ["PATH_INFO"])

    def readable(self) -> bool:
        """Returns whether new connections are accepted. If there are too many, one is closed first."""
        if len(self._map) >= CONNECTIONS:
            idle = [channel for channel in self.active_channels.values() if channel.idle_since is not None]
            if idle:
                min(idle, key=lambda channel: channel.idle_since).handle_close()
        return super().readable()

    def maintenance(self, now: float) -> None:
        super().maintenance(now)
        if refused := self.admission.report():
            logger.warning("The site has more to do than it can, and has refused requests: %s", refused)
        for channel in list(self.active_channels.values()):
            if channel.is_receiving_too_long(now):
                channel.will_close = True
            if channel.will_close and not channel.requests:
                channel.handle_close()  # it may never become writable, since its client reads nothing

    @property
    def is_busy(self) -> bool:
        """Whether a request is being answered or a response sent."""
        return any(channel.requests or channel.total_outbufs_len for channel in self.active_channels.values())


class ServerWorker(Worker):
    """A worker process of gunicorn that serves requests with waitress."""

    def run(self) -> None:
        connections: dict = {}
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(self.cfg.threads)
        kept = getattr(self.wsgi, "kept", lambda environ: None)
        servers = [
            Server(
                self.serve,
                connections,
                _sock=listener.sock,
                dispatcher=dispatcher,
                adj=adjustments(),
                sockinfo=(listener.sock.family, listener.sock.type, listener.sock.proto, listener.sock.getsockname()),
                bind_socket=False,
                kept=kept,
            )
            for listener in self.sockets
        ]
        while self.alive and self.ppid == os.getppid():
            self.poll(connections)
        for server in servers:
            server.del_channel()
        for listener in self.sockets:
            listener.close()  # for this process: the others share it, unless the site was killed and starts again
        self.finish(servers, connections)
        dispatcher.shutdown()

    def poll(self, connections: dict) -> None:
        """Wait at most half a second for events on the connections, and handle them."""
        self.notify()
        wasyncore.loop(timeout=0.5, use_poll=True, map=connections, count=1)

    def finish(self, servers: list[Server], connections: dict) -> None:
        """Answer the requests that have arrived already, for at most CLOSING_SECONDS."""
        deadline = time.monotonic() + CLOSING_SECONDS
        while any(server.is_busy for server in servers) and time.monotonic() < deadline:
            self.poll(connections)

    def serve(self, environ: dict, start_response) -> Iterable[bytes]:
        self.nr += 1
        if self.nr >= self.max_requests:
            self.alive = False
        response = self.wsgi(environ, start_response)
        if environ["REQUEST_METHOD"] != "HEAD":
            return response
        if hasattr(response, "close"):
            response.close()
        return []


def adjustments() -> Adjustments:
    """Returns the settings of waitress. It keeps the headers of a proxy, since Django knows whether there is one."""
    return Adjustments(
        connection_limit=CONNECTIONS,
        cleanup_interval=5,
        channel_timeout=IDLE_SECONDS,
        outbuf_high_watermark=sys.maxsize,  # no thread waits for a client: what is not yet read is in a temporary file
        max_request_header_size=HEADER_BYTES,
        max_request_body_size=DRAINED_BYTES,
        clear_untrusted_proxy_headers=False,
        log_socket_errors=False,
        ident=None,
    )
