"""The site in a process of its own, as an operator starts it."""

import contextlib
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage, HTTPSConnection
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import psutil
import pytest

from lib.unavailable import TOO_MUCH

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 240  # seconds: machines that run tests are busy
_ATTEMPTS = 60  # at a request that a busy site refuses
_HANGS = 60  # seconds after which a request counts as never answered


class Answer(NamedTuple):
    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@dataclass(frozen=True)
class Server:
    """A process that listens at a port of this machine; what it prints goes into a file."""

    process: subprocess.Popen
    port: int
    log: Path

    @property
    def output(self) -> str:
        """Everything that the process has printed so far, errors included."""
        return self.log.read_text()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_until_ready(self, context=None) -> bytes:
        """What /readyz answers as soon as the server does; with a `context` for TLS, over https."""
        url = f"{'https' if context else 'http'}://127.0.0.1:{self.port}/readyz"
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                return urlopen(url, context=context).read()
            except HTTPError as error:
                if error.code < 500:
                    return error.read()
            except (URLError, ConnectionError):
                pass
            time.sleep(0.1)
        return pytest.fail(f"not ready: {self.output}")

    def kill(self) -> None:
        """Kill everything that the process has started, and the process itself, at one moment."""
        _kill(psutil.Process(self.process.pid))
        self.process.wait(PATIENCE)

    def end(self, with_signal: signal.Signals = signal.SIGTERM) -> str:
        """Send the signal and wait for the process; returns everything that it printed."""
        self.process.send_signal(with_signal)
        return self.wait()

    def wait(self) -> str:
        """Wait until the process ends by itself; returns everything that it printed."""
        self.process.wait(PATIENCE)
        return self.output


def _kill(process: psutil.Process) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.suspend()
        for child in process.children():
            _kill(child)
        process.kill()


def fetch(
    port: int,
    method: str,
    path: str,
    body: bytes | str | Iterable[bytes] | None = None,
    headers: dict[str, str] | None = None,
    context: ssl.SSLContext | None = None,
) -> Answer:
    """Returns what listens at this port answers; with a `context` for TLS, over https.

    As long as the site refuses the request because others wait, it is sent again: machines that run tests are busy.
    """
    for _ in range(_ATTEMPTS):
        answer = _fetch(port, method, path, body, headers or {}, context)
        if answer.status != 503 or TOO_MUCH.message.encode() not in answer.body:
            break
        time.sleep(0.5)
    return answer


def _fetch(port, method, path, body, headers, context) -> Answer:
    connection = HTTPSConnection("127.0.0.1", port, context=context) if context else HTTPConnection("127.0.0.1", port)
    connection.timeout = _HANGS
    try:
        connection.request(method, path, body, headers, encode_chunked="Transfer-Encoding" in headers)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


@contextlib.contextmanager
def running(command: list[str], port: int, log: Path, **environment: str) -> Iterator[Server]:
    """A process that is ended at the end of the block, whatever happens."""
    with (
        log.open("w") as output,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT) as process,
    ):
        try:
            yield Server(process, port, log)
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()


def serve(folder: Path, *options: str, **environment: str):
    """`manage.py serve` with its state in this folder: a context manager of its `Server`."""
    port = int(environment.get("PORT") or free_port())
    inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    own = {"PORT": str(port), "BASE_URL": f"http://127.0.0.1:{port}", "BROADSHEET_DATA": str(folder)}
    command = [sys.executable, "manage.py", "serve", *options]
    return running(command, port, folder / f"{port}.log", **(inherited | own | {"PYTHONUNBUFFERED": "1"} | environment))
