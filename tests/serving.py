"""The site in a process of its own, as an operator starts it."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 240  # seconds: machines that run tests are busy


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def running(command: list[str], **environment: str) -> Iterator[subprocess.Popen]:
    """A process that is ended at the end of the block, whatever happens."""
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def serve(folder: Path, port: int, *options: str, **environment: str):
    """`manage.py serve` with its state in this folder."""
    inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    own = {"PORT": str(port), "BROADSHEET_DATA": str(folder), "PYTHONUNBUFFERED": "1"}
    return running([sys.executable, "manage.py", "serve", *options], **(inherited | own | environment))


def wait_until_ready(process: subprocess.Popen, url: str, context=None) -> bytes:
    """What the address answers once it does."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            return urlopen(url, context=context).read()
        except HTTPError as error:
            if error.code < 500:
                return error.read()
            time.sleep(0.2)
        except (URLError, ConnectionError):
            time.sleep(0.2)
    process.kill()
    pytest.fail(f"not ready: {process.communicate(timeout=5)[0]}")
