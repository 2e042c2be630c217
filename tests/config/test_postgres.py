"""The embedded database, used by several processes of which some are killed.

`use(folder)` is a process that uses the database of this folder until its input ends.
"""

import os
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.serving import PATIENCE, ROOT

USE = "import os, sys; from lib import postgres; print(postgres.provide().url, flush=True); sys.stdin.read()"
BUSY = b"SELECT count(*) FROM generate_series(1, 100000) AS a, generate_series(1, 100000) AS b"  # takes an hour


class User:
    """A process that uses the database."""

    def __init__(self, folder: Path):
        pipe = subprocess.PIPE
        environment = os.environ | {"BROADSHEET_DATA": str(folder)}
        command = [sys.executable, "-c", USE]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True
        )

    def wait(self) -> str:
        """Wait until this process uses the database; returns the address."""
        return self.process.stdout.readline().strip() or pytest.fail(self.process.stderr.read())

    def end(self) -> None:
        self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=PATIENCE)


@pytest.fixture
def use():
    """Starts a process that uses the database of this folder; whatever still runs at the end is ended."""
    users = []

    def start(folder: Path) -> User:
        users.append(User(folder))
        return users[-1]

    yield start
    for user in users:
        if user.process.poll() is None:
            user.process.communicate(timeout=PATIENCE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A state folder for all tests of this module, each of which leaves its server stopped."""
    return tmp_path_factory.mktemp("state")


def postmaster(folder: Path) -> psutil.Process:
    return psutil.Process(int((folder / "postgres" / "postmaster.pid").read_text().split("\n")[0]))


def is_alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def answer(user: User) -> int:
    with psycopg.connect(user.wait()) as connection:
        return connection.execute("SELECT 1").fetchone()[0]


def wait_until(condition) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_first_starts_it_and_the_last_that_is_not_killed_stops_it(use, tmp_path):
    users = [use(tmp_path) for _ in range(3)]
    assert len({user.wait() for user in users}) == 1
    server = postmaster(tmp_path)
    users[0].kill()
    users[1].end()
    assert is_alive(server)
    users[2].end()
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()


def test_killed_while_it_makes_the_database(use, tmp_path):
    first = use(tmp_path)
    wait_until((tmp_path / "postgres.unfinished" / "PG_VERSION").exists)
    first.kill()
    second = use(tmp_path)
    with psycopg.connect(second.wait()) as connection:
        assert connection.execute("SELECT count(*) FROM pg_database").fetchone() == (3,)
    second.end()
    assert not (tmp_path / "postgres.unfinished").exists()


@pytest.mark.parametrize("program", ["sleep 600", "true", None])
def test_a_number_that_another_program_or_a_zombie_has_now_and_an_empty_file(use, folder, program):
    first = use(folder)
    first.wait()
    owner, file = (folder / "postgres").stat(), folder / "postgres" / "postmaster.pid"
    server = postmaster(folder)
    server.kill()
    first.kill()
    wait_until(lambda: not is_alive(server))
    other = program and subprocess.Popen(program.split(), user=owner.st_uid)
    former = file.read_text().partition("\n")[2]
    file.write_text(f"{other.pid}\n{former}" if other else "")
    try:
        second = use(folder)
        assert answer(second) == 1
        second.end()
        assert program != "sleep 600" or other.poll() is None
    finally:
        if other:
            other.kill()
            other.wait()


def test_a_query_that_outlives_its_server_is_ended(use, folder):
    first = use(folder)
    with closing(psycopg.connect(first.wait())) as connection:
        orphan = psutil.Process(connection.info.backend_pid)
        connection.pgconn.send_query(BUSY)
        time.sleep(0.2)
        postmaster(folder).kill()
        first.kill()
        assert is_alive(orphan)
        second = use(folder)
        assert answer(second) == 1
        assert not is_alive(orphan)
    second.end()


def test_it_waits_for_a_server_that_is_still_stopping_and_says_so(use, folder):
    first = use(folder)
    with psycopg.connect(first.wait()):
        former = postmaster(folder)
        former.terminate()  # it stops when the connection is closed
        second = use(folder)
        assert second.process.stderr.readline() == "The database is still starting or stopping. Waiting …\n"
    assert answer(second) == 1
    assert postmaster(folder) != former
    first.end()
    second.end()
