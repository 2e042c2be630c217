"""The two servers that are measured: the site itself and the bare page, by default one worker with 4 threads each."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import BinaryIO

import psutil

HOST = "127.0.0.1"
_START_SECONDS = 120
_STOP_SECONDS = 40  # longer than gunicorn's own graceful timeout


@dataclass(frozen=True)
class Server:
    port: int
    process: psutil.Process

    def cpu_seconds(self) -> float:
        """CPU time, user and system, that the master and its workers have used, those that ended included."""
        total = 0.0
        for process in (self.process, *self.process.children(recursive=True)):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
        return total


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return listener.getsockname()[1]


def site(port: int, log: Path, workers: int | None = 1, *, front_door: bool = False, jobs: bool = False):
    """Broadsheet as its operators start it, with as many web processes as by default if `workers` is None.

    Without its front door, unless `front_door`; with the worker for background jobs if `jobs`.
    """
    command = [sys.executable, "manage.py", "serve", *([] if jobs else ["--no-worker"])]
    environment = {"WEB_CONCURRENCY": str(workers)} if workers else {}
    return started(command, port, log, environment | {"FRONT_DOOR": str(int(front_door))})


def started(command: list[str], port: int, log: Path, environment: dict[str, str]):
    """Broadsheet as this command starts it."""
    return _running(command, port, "/readyz", log, environment)


def bare(port: int, log: Path, worker_class: str = "lib.server.ServerWorker", workers: int = 1):
    """The bare page under the gunicorn settings of `manage.py serve`."""
    options = ["--bind", f"{HOST}:{port}", "--worker-class", worker_class, "--threads", "4", "--no-control-socket"]
    options += ["--workers", str(workers)]
    return _running([sys.executable, "-m", "gunicorn", *options, "bench.bare:application"], port, "/", log)


@contextmanager
def _running(
    command: list[str], port: int, ready: str, log: Path, more_environment: dict[str, str] | None = None
) -> Iterator[Server]:
    """Starts it, waits until `ready` answers 200, and ends it by its own process id whatever happens."""
    environment = os.environ | {"HOST": HOST, "PORT": str(port)} | (more_environment or {})
    with log.open("wb") as output, running(command, output, environment) as process:
        _wait(process, port, ready, log)
        yield Server(port, psutil.Process(process.pid))


@contextmanager
def running(command: list[str], output: BinaryIO, environment: dict | None = None) -> Iterator[subprocess.Popen]:
    """Ends it by its own process id whatever happens."""
    process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen, port: int, path: str, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if answers(port, path):
            return
        time.sleep(0.1)
    raise SystemExit(f"{' '.join(process.args)} did not start:\n{log.read_text()[-2000:]}")


def answers(port: int, path: str) -> bool:
    """Whether this page is there at this moment."""
    connection = HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
