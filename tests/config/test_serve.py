"""The site as an operator starts it, with its own state folder, database and worker; ended and started again."""

import contextlib
import os
import re
import signal
import time
from urllib.request import urlopen

import psutil
import pytest

from tests.serving import PATIENCE, serve


@pytest.fixture
def start(tmp_path):
    """`start()` is a site with its state in one and the same folder; whatever still runs at the end is ended."""
    with contextlib.ExitStack() as stack:
        yield lambda **environment: stack.enter_context(serve(tmp_path, **environment))


def worker_of(process, other_than=None) -> psutil.Process:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for child in psutil.Process(process.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):  # it was killed, and is not yet waited for
                if child.cmdline()[1:] == ["manage.py", "procrastinate", "worker"] and child != other_than:
                    return child
        time.sleep(0.1)
    pytest.fail("there is no worker")


def test_started_ended_killed_and_started_again(start):
    site = start()
    assert site.wait_until_ready() == b"ready\n"
    page = urlopen(f"{site.url}/papers").read().decode()
    assert page.count('class="card"') == 7
    style = re.search(r'href="(/static/css/site\.[0-9a-f]+\.css)"', page)[1]
    assert b"@import" not in urlopen(site.url + style).read()
    first = worker_of(site.process)
    first.kill()
    second = worker_of(site.process, other_than=first)
    output = site.end()
    assert site.process.returncode == 0
    assert "ended with signal 9; it is started again in 1 s" in output
    assert not second.is_running()
    password = re.search(r"password (\S+)", output)[1]

    site = start()
    site.wait_until_ready()
    site.end(signal.SIGKILL)

    site = start()
    site.wait_until_ready()
    assert urlopen(f"{site.url}/papers").read().decode().count('class="card"') == 7
    assert f"password {password}" in site.end(signal.SIGINT)


@pytest.mark.parametrize(
    ("environment", "refusal"),
    [
        ({"BROADSHEET_CONTAINER": "1"}, "broadsheet.E001"),
        ({"BROADSHEET_CONTAINER": "1", "SECRET_KEY": "x" * 50, "DEBUG": "1"}, "broadsheet.E002"),
        ({"BASE_URL": "http://papers.example.org"}, "broadsheet.E004"),
    ],
)
def test_an_unsafe_site_does_not_start(start, environment, refusal):
    site = start(DATABASE_URL=os.environ["DATABASE_URL"], **environment)
    assert refusal in site.wait()
    assert site.process.returncode != 0
