"""The limit on time of statements: in a process of its own that serves the WSGI application, and in commands."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from lib.text import one_line
from tests.test_house_rules import ROOT

LIMIT = {"STATEMENT_TIMEOUT_MS": "250"}


@contextmanager
def serving(log: Path, **environment: str) -> Iterator[str]:
    """The address of a site that logs to this file."""
    command = [sys.executable, "-m", "tests.config.slow_site"]
    with (
        log.open("w") as file,
        subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.PIPE, stderr=file, text=True
        ) as process,
    ):
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


def test_a_statement_that_takes_too_long_is_ended_and_the_site_goes_on(tmp_path):
    log = tmp_path / "log"
    with serving(log, **LIMIT) as base:
        with pytest.raises(HTTPError) as caught:
            urlopen(f"{base}/sleep?by=night")
        page = one_line(caught.value.read().decode())
        assert (caught.value.code, caught.value.headers["Retry-After"]) == (503, "10")
        assert "The site could not answer in time." in page
        assert "pg_sleep" not in page
        assert urlopen(f"{base}/timeout").read() == b"250ms"
    logged = log.read_text()
    assert "A statement took too long" in logged
    assert "57014 canceling statement due to statement timeout" in logged
    assert logged.count("by=night") == 1  # in what the server of this test writes of each request


def test_without_a_limit_of_its_own_the_site_has_that_of_its_database_role(tmp_path):
    with serving(tmp_path / "log", STATEMENT_TIMEOUT_MS="0", PGOPTIONS="-c statement_timeout=777") as base:
        assert urlopen(f"{base}/timeout").read() == b"777ms"


def test_a_command_has_no_limit():
    program = 'from django.db import connection as c; print(c.cursor().execute("SHOW statement_timeout").fetchone())'
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", program]
    assert subprocess.check_output(command, cwd=ROOT, env=os.environ | LIMIT, text=True) == "('0',)\n"
