"""Load on a server of this machine: keep-alive connections of http.client, bounded in time and count.

Latency is measured with one connection, from the first byte sent to the last byte read; requests a second with
`CLIENTS` connections at once. Every answer is unpacked and checked, outside of the latency. The clients share the
machine with the server, so requests a second are those of the two together.
"""

import gzip
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import islice

import brotli

from bench.servers import HOST, Server

CLIENTS = 8
ROUNDS = 6
ROWS = 30  # of a full page
CARD = b'class="card"'
_UNPACK = {"gzip": gzip.decompress, "br": brotli.decompress, None: bytes}


class WrongAnswer(Exception):
    """An answer that is not what the request must get: then a time would mean nothing."""


@dataclass(frozen=True)
class Request:
    """A request and what its answer must be: `rows` cards, and `holds` somewhere in the body."""

    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    rows: int | None = None
    holds: bytes = b""


type Turn = tuple[Request, ...]  # made in one go, so that a vote is withdrawn again


@dataclass(frozen=True)
class Line:
    """A line of the table. `turns` gives client number n (from 0) its turns; where they end, so does the client."""

    name: str
    server: Server
    turns: Callable[[int], Iterator[Turn]]
    most: int = 2_000  # turns of one client in one slice
    repeatable: bool = True  # if not, each turn is made once: by one client, without warming up


@dataclass(frozen=True)
class Answer:
    milliseconds: float
    wire_bytes: int
    body: bytes = b""
    etag: str = ""
    rows: int = 0


def measure(line: Line, seconds: float, clients: int = 1) -> tuple[list[Answer], float]:
    """All answers that `clients` connections got at once in `seconds`, without bodies, and the seconds it took."""
    deadline = (started := time.perf_counter()) + seconds
    with ThreadPoolExecutor(clients) as pool:
        shares = list(pool.map(lambda number: _client(line, line.turns(number), deadline), range(clients)))
    return [answer for share in shares for answer in share], time.perf_counter() - started


def _client(line: Line, turns: Iterator[Turn], deadline: float) -> list[Answer]:
    connection = HTTPConnection(HOST, line.server.port, timeout=30)
    answers = []
    try:
        for turn in islice(turns, line.most):
            for request in turn:
                answer = ask(connection, request)
                answers.append(Answer(answer.milliseconds, answer.wire_bytes, rows=answer.rows))
            if time.perf_counter() > deadline:
                break
    finally:
        connection.close()
    return answers


def ask(connection: HTTPConnection, request: Request, encoding: str = "gzip") -> Answer:
    """One request. Raises WrongAnswer.

    A connection that the server has closed meanwhile (gunicorn renews its workers) is opened once more.
    """
    headers = {"Accept-Encoding": encoding, **request.headers}
    for last in (False, True):
        started = time.perf_counter()
        try:
            connection.request(request.method, request.path, headers=headers)
            response = connection.getresponse()
            packed = response.read()
            break
        except (ConnectionError, HTTPException):
            connection.close()
            if last:
                raise
    milliseconds = (time.perf_counter() - started) * 1_000
    body = _UNPACK[response.headers.get("Content-Encoding")](packed)
    _check(request, response.status, body)
    head = sum(len(name) + len(value) + 4 for name, value in response.getheaders()) + 19  # "HTTP/1.1 200 OK" and ends
    return Answer(milliseconds, head + len(packed), body, response.headers.get("ETag", ""), body.count(CARD))


def _check(request: Request, status: int, body: bytes) -> None:
    if status != request.status:
        raise WrongAnswer(f"{request.method} {request.path}: {status} instead of {request.status}")
    if request.rows is not None and (rows := body.count(CARD)) != request.rows:
        raise WrongAnswer(f"{request.path}: {rows} rows instead of {request.rows}")
    if request.holds not in body:
        raise WrongAnswer(f"{request.path}: the answer does not hold {request.holds.decode()}")
