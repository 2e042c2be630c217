"""Clients that keep a server waiting: bounded in number, and all of them closed when the block ends.

Each kind opens many connections at once and then sends, or reads, next to nothing. Only for servers of this machine.
"""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator

HOST = "127.0.0.1"
_PAUSE = 0.5  # seconds between two bytes
_PIPELINED = 40  # requests whose answers are not read: more than the buffers of the kernel hold


def _headers(client: socket.socket, head: str) -> None:
    client.sendall(f"GET {head}X-Slow: ".encode())


def _body(client: socket.socket, head: str) -> None:
    form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\nlogin="
    client.sendall(f"POST {head}{form}".encode())


def _reader(client: socket.socket, head: str) -> None:
    client.sendall(f"GET {head}\r\n".encode() * _PIPELINED)


def _idle(client: socket.socket, head: str) -> None:
    """Nothing is sent."""


KINDS: dict[str, Callable[[socket.socket, str], None]] = {
    "headers": _headers,
    "bodies": _body,
    "readers": _reader,
    "idle": _idle,
}
_TRICKLING = {"headers", "bodies"}


@contextlib.contextmanager
def slow_clients(
    kind: str, number: int, port: int, path: str, *, host: str = HOST, context: ssl.SSLContext | None = None
) -> Iterator[None]:
    """While the block runs, `number` clients of this kind request this path of the server at this port, slowly.

    `host` is the name that they give it; with a `context` they speak TLS.
    """
    clients, stop = [], threading.Event()
    head = f"{path} HTTP/1.1\r\nHost: {host}\r\n"
    trickle = threading.Thread(target=_trickle, args=(clients, stop), daemon=True)
    try:
        for _ in range(number):
            clients.append(client := _connected(port, context))
            with contextlib.suppress(TimeoutError):  # a server that is stuck reads nothing: it is held all the same
                KINDS[kind](client, head)
        if kind in _TRICKLING:
            trickle.start()
        yield
    finally:
        stop.set()
        for client in clients:
            client.close()


def _connected(port: int, context: ssl.SSLContext | None) -> socket.socket:
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    client.settimeout(5)
    client.connect((HOST, port))
    return context.wrap_socket(client) if context else client


def _trickle(clients: list[socket.socket], stop: threading.Event) -> None:
    while not stop.wait(_PAUSE):
        for client in clients:
            with contextlib.suppress(OSError):  # the server has ended it
                client.sendall(b"x")
