"""The web server: gunicorn keeps the processes, waitress speaks HTTP in each of them.

waitress reads a request to its end, and writes an answer, in one loop over all connections. A thread only ever runs
our own code, so a client that sends or reads slowly holds a connection and no thread. Headers whose names have an
underscore are dropped, SCRIPT_NAME among them.
"""

import os
import time
from collections.abc import Iterable

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.buffers import OverflowableBuffer
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher

from lib.bodies import body_limit

CONNECTIONS = 500  # of one process; each is a file descriptor, of which a process commonly has 1,024
HEADER_BYTES = 32 * 1024
DRAINED_BYTES = 50 * 1024 * 1024  # a longer body is answered before it has come to its end
RECEIVING_SECONDS = 60  # for a request to come to its end, its headers as well as its body
IDLE_SECONDS = 60  # without a byte in either direction
CLOSING_SECONDS = 25  # for running requests when the process is to end; the supervisor of gunicorn waits for 30


class BoundedBuffer(OverflowableBuffer):
    """Keeps the first `limit` bytes of a body and only counts the others, so that none of them reaches the disk."""

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
    """Stores no more of a body than the address takes; whatever is longer is refused by `BodyLimitMiddleware`.

    The rest is read and dropped, since a browser shows an answer only once it has sent its request.
    """

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if self.body_rcv is not None:
            self.body_rcv.buf = BoundedBuffer(self.adj.inbuf_overflow, body_limit(self.path))


class Refusal(ErrorTask):
    """The server's own answer to what is no request, or far too long: plain text that nobody keeps."""

    def start(self) -> None:
        super().start()
        policy = ("Content-Security-Policy", "default-src 'none'")
        self.response_headers += [("Cache-Control", "private, no-store"), policy, ("X-Content-Type-Options", "nosniff")]


class Channel(HTTPChannel):
    """One request at a time: who sends further ones without waiting for the answer is answered once and hung up on.

    Browsers and proxies do not do so. Whoever does could have us make answers faster than they are read.
    """

    parser_class = Parser
    error_task_class = Refusal
    receiving_since = 0.0  # when the request began that has not come to its end
    is_pipelined = False

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
        return is_received

    def service(self) -> None:
        super().service()
        if self.is_pipelined:
            self.close_when_flushed = True

    def is_receiving_too_long(self, now: float) -> bool:
        return self.request is not None and now - self.receiving_since > RECEIVING_SECONDS


class Server(TcpWSGIServer):
    channel_class = Channel

    def maintenance(self, now: float) -> None:
        super().maintenance(now)
        for channel in self.active_channels.values():
            if channel.is_receiving_too_long(now):
                channel.will_close = True

    @property
    def is_busy(self) -> bool:
        """Whether an answer is being made or sent."""
        return any(channel.requests or channel.total_outbufs_len for channel in self.active_channels.values())


class ServerWorker(Worker):
    """A process of gunicorn's that serves by waitress."""

    def run(self) -> None:
        connections: dict = {}
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(self.cfg.threads)
        servers = [
            Server(
                self.serve,
                connections,
                _sock=listener.sock,
                dispatcher=dispatcher,
                adj=adjustments(),
                sockinfo=(listener.sock.family, listener.sock.type, listener.sock.proto, listener.sock.getsockname()),
                bind_socket=False,
            )
            for listener in self.sockets
        ]
        while self.alive and self.ppid == os.getppid():
            self.turn(connections)
        for server in servers:
            server.del_channel()  # the listening socket is shared with the other processes, so it stays open
        self.finish(servers, connections)
        dispatcher.shutdown()

    def turn(self, connections: dict) -> None:
        """Wait for at most half a second for what connections bring, and deal with it."""
        self.notify()
        wasyncore.loop(timeout=0.5, use_poll=True, map=connections, count=1)

    def finish(self, servers: list[Server], connections: dict) -> None:
        """Answer what was requested before the end, for a limited time."""
        deadline = time.monotonic() + CLOSING_SECONDS
        while any(server.is_busy for server in servers) and time.monotonic() < deadline:
            self.turn(connections)

    def serve(self, environ: dict, start_response) -> Iterable[bytes]:
        self.nr += 1
        if self.nr >= self.max_requests:
            self.alive = False
        answer = self.wsgi(environ, start_response)
        if environ["REQUEST_METHOD"] != "HEAD":
            return answer
        if hasattr(answer, "close"):
            answer.close()
        return []


def adjustments() -> Adjustments:
    """Headers that a proxy adds are left to Django, which knows whether there is one."""
    return Adjustments(
        connection_limit=CONNECTIONS,
        cleanup_interval=5,
        channel_timeout=IDLE_SECONDS,
        max_request_header_size=HEADER_BYTES,
        max_request_body_size=DRAINED_BYTES,
        clear_untrusted_proxy_headers=False,
        log_socket_errors=False,
        ident=None,
    )
