"""The site as an operator starts it, with its own state folder, database and worker; ended and started again."""

import contextlib
import os
import re
import signal
import time
from urllib.request import urlopen

import psutil
import pytest

from tests.serving import PATIENCE, free_port, serve, wait_until_ready


@pytest.fixture
def start(tmp_path):
    """`start()` → (process, base url); whatever still runs at the end is ended."""
    with contextlib.ExitStack() as stack:

        def start(**environment):
            port = free_port()
            environment = {"BASE_URL": f"http://127.0.0.1:{port}"} | environment
            return stack.enter_context(serve(tmp_path, port, **environment)), f"http://127.0.0.1:{port}"

        yield start


def worker_of(process, other_than=None) -> psutil.Process:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for child in psutil.Process(process.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):  # it was killed, and is not yet waited for
                if child.cmdline()[1:] == ["manage.py", "procrastinate", "worker"] and child != other_than:
                    return child
        time.sleep(0.1)
    pytest.fail("there is no worker")


def end(process, with_signal) -> str:
    process.send_signal(with_signal)
    return process.communicate(timeout=PATIENCE)[0]


def test_started_ended_killed_and_started_again(start):
    process, base = start()
    assert wait_until_ready(process, f"{base}/readyz") == b"ready\n"
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
    wait_until_ready(process, f"{base}/readyz")
    end(process, signal.SIGKILL)

    process, base = start()
    wait_until_ready(process, f"{base}/readyz")
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
