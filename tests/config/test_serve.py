"""The site as an operator starts it, with its own state folder, database and worker; ended and started again."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import pytest

from tests.test_house_rules import ROOT

PATIENCE = 90  # seconds


@pytest.fixture
def start(tmp_path):
    """`start()` → (process, base url); whatever still runs at the end is ended."""
    started = []

    def start(**environment):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env=kept | {"PORT": str(port), "BROADSHEET_DATA": str(tmp_path), "PYTHONUNBUFFERED": "1"} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process, f"http://127.0.0.1:{port}"

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()


def wait_until_ready(process, base):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            return urlopen(f"{base}/readyz").read()
        except URLError:
            time.sleep(0.2)
    pytest.fail(f"not ready: {process.communicate(timeout=5)[0]}")


def worker_of(process, other_than=None) -> psutil.Process:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for child in psutil.Process(process.pid).children(recursive=True):
            if child.cmdline()[1:] == ["manage.py", "procrastinate", "worker"] and child != other_than:
                return child
        time.sleep(0.1)
    pytest.fail("there is no worker")


def end(process, with_signal) -> str:
    process.send_signal(with_signal)
    return process.communicate(timeout=PATIENCE)[0]


def test_started_ended_killed_and_started_again(start):
    process, base = start()
    assert wait_until_ready(process, base) == b"ready\n"
    page = urlopen(f"{base}/papers").read().decode()
    assert page.count('class="card"') == 7
    style = re.search(r'href="(/static/css/site\.[0-9a-f]+\.css)"', page)[1]
    assert b"@import" not in urlopen(base + style).read()
    first = worker_of(process)
    first.kill()
    second = worker_of(process, other_than=first)
    said = end(process, signal.SIGTERM)
    assert process.returncode == 0
    assert "ended with signal 9; it is started again in 1 s" in said
    assert not second.is_running()
    password = re.search(r"password (\S+)", said)[1]

    process, base = start()
    wait_until_ready(process, base)
    end(process, signal.SIGKILL)

    process, base = start()
    wait_until_ready(process, base)
    assert urlopen(f"{base}/papers").read().decode().count('class="card"') == 7
    assert f"password {password}" in end(process, signal.SIGINT)


@pytest.mark.parametrize(
    ("environment", "refusal"),
    [
        ({"BROADSHEET_CONTAINER": "1"}, "broadsheet.E001"),
        ({"BROADSHEET_CONTAINER": "1", "SECRET_KEY": "x" * 50, "DEBUG": "1"}, "broadsheet.E002"),
        ({"BASE_URL": "http://papers.example.org"}, "broadsheet.E004"),
    ],
)
def test_an_unsafe_site_does_not_start(start, environment, refusal):
    process, _ = start(DATABASE_URL=os.environ["DATABASE_URL"], **environment)
    said = process.communicate(timeout=PATIENCE)[0]
    assert refusal in said
    assert process.returncode != 0
