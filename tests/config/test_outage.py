"""A site whose database is stopped, refuses connections or is slow, and its worker: with a PostgreSQL of their own."""

import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.conf import settings

from lib import postgres_programs
from lib.unavailable import LATE, NO_DATABASE
from tests.cluster import Cluster, wait_until
from tests.config.conftest import PASSWORD
from tests.config.test_front_door import PAPER, ask
from tests.config.test_server import alice as alice
from tests.serving import PATIENCE, Server, free_port, running, serve

LIMIT_MS = 500  # of a statement
NOTICE = re.compile(f"({NO_DATABASE.notice}|{LATE.notice}) This copy of the page is [a-z0-9 ]+ old.")
GZIP = {"Accept-Encoding": "gzip"}


@pytest.fixture(scope="module")
def postgres(tmp_path_factory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("database") / "postgres"
    postgres_programs.create(folder, pass_fds=[])
    with Cluster(folder, free_port()).stopped_in_the_end() as cluster:
        cluster.place()
        cluster.start()
        yield cluster


@pytest.fixture(scope="module")
def site(postgres, tmp_path_factory) -> Iterator[Server]:
    """A site with its demo and its front door, in one process, so that what is kept is kept for the next request."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "static").symlink_to(settings.STATIC_ROOT)
    options = {"BROADSHEET_DEMO": "1", "BROADSHEET_DEMO_PASSWORD": PASSWORD, "EMBEDDING": "none"}
    options |= {"FRONT_DOOR": "1", "WEB_CONCURRENCY": "1", "STATEMENT_TIMEOUT_MS": str(LIMIT_MS)}
    with serve(folder, "--no-worker", DATABASE_URL=address(postgres), **options) as server:
        server.wait_until_ready()
        yield server


@pytest.fixture(scope="module")
def port(site) -> int:
    return site.port


def address(postgres) -> str:
    """Of its database, as the site reaches it over the network."""
    return f"postgresql://postgres:@127.0.0.1:{postgres.port}/postgres"


@contextmanager
def refusing(postgres) -> Iterator[None]:
    postgres.stop()
    try:
        yield
    finally:
        postgres.start()


@contextmanager
def stopped(postgres) -> Iterator[None]:
    postgres.send(signal.SIGSTOP)
    try:
        yield
    finally:
        postgres.send(signal.SIGCONT)


@contextmanager
def slow(postgres) -> Iterator[None]:
    """Every statement about papers or people waits until it is out of time."""
    with psycopg.connect(postgres.url("postgres")) as connection:
        connection.execute("LOCK TABLE papers_paper, accounts_user IN ACCESS EXCLUSIVE MODE")
        yield


def votes(postgres) -> int:
    return postgres.execute("SELECT count(*) FROM papers_vote")[0][0]


def page(port, path, **headers) -> tuple[int, dict, str]:
    status, fields, body = ask(port, path, **headers)
    return status, fields, " ".join(body.decode().split())


@pytest.mark.parametrize("failing", [refusing, stopped, slow])
def test_strangers_get_the_last_good_copy_marked_as_such_and_members_a_clear_page(failing, postgres, port, alice):
    wait_until(lambda: ask(port, PAPER)[0] == 200, PATIENCE)
    ask(port, f"{PAPER}/vote/withdraw", "POST", **alice)
    time.sleep(1.6)  # so that nothing is given that was kept for another test
    before, fresh, feed = votes(postgres), page(port, "/papers", **GZIP), page(port, "/papers/trending.atom")
    etag = fresh[1]["ETag"]
    page(port, "/papers")
    time.sleep(1.6)
    with failing(postgres):
        for headers in (GZIP, {}, GZIP | {"If-None-Match": etag}):
            status, fields, copy = page(port, "/papers", **headers)
            assert (status, fields["X-Cache"], fields["Cache-Control"]) == (200, "stale", "private, no-store")
            assert [fields["ETag"], fields["Content-Encoding"]] == [None, headers.get("Accept-Encoding")]
            assert 1 <= int(fields["Age"]) < 60
            notice = f'<ul class="messages"><li>{(found := NOTICE.search(copy))[0]}</li></ul> '
            assert found[1] == (LATE if failing is slow else NO_DATABASE).notice
            assert copy.replace(notice, "", 1) == fresh[2]
        status, fields, copy = page(port, "/papers/trending.atom")
        assert (status, fields["X-Cache"], copy) == (200, "stale", feed[2])

        for who, path, method in (({}, f"{PAPER}?{failing.__name__}", "GET"), (alice, "/papers", "GET")):
            status, fields, says = page(port, path, method=method, **who)
            assert (status, fields["Retry-After"], fields["Cache-Control"]) == (503, "10", "private, no-store")
            assert "The database does not answer" in says or "The site could not answer in time." in says
        status, fields, says = page(port, f"{PAPER}/vote", method="POST", **alice)
        assert (status, fields["Retry-After"]) == (503, "10")
        assert "it may not have been saved" in says or "The site could not answer in time." in says
        status, fields, says = page(port, "/api/daily_papers?limit=3")
        assert (status, fields["Content-Type"], fields["Retry-After"]) == (503, "application/json", "10")
        assert ask(port, "/healthz")[0] == 200
        if failing is not slow:
            assert page(port, "/readyz")[0::2] == (503, "the database does not answer")
    wait_until(lambda: ask(port, "/papers/trending")[0] == 200, PATIENCE)
    time.sleep(1.6)
    assert NOTICE.search(page(port, "/papers", **GZIP)[2]) is None
    assert votes(postgres) == before
    assert page(port, f"{PAPER}/vote", method="POST", **alice)[0] < 400
    assert votes(postgres) == before + 1


def test_few_requests_wait_for_a_database_that_does_not_answer_and_the_log_says_so_once(postgres, site, port):
    before, waits = site.output.count("Traceback"), []
    with stopped(postgres):
        for number in range(40):
            began = time.monotonic()
            assert ask(port, f"/papers?q=a{number}")[0] == 503
            waits.append(time.monotonic() - began)
    assert len([wait for wait in waits if wait > 1.5]) < 30  # all would, if each tried to connect
    wait_until(lambda: ask(port, "/papers/month/2025-07")[0] == 200, PATIENCE)
    assert "The database accepts connections again" in site.output
    assert site.output.count("Traceback") - before <= 2  # an error and its cause


def test_a_change_whose_second_half_does_not_come_through_leaves_no_first_half(postgres, port, alice):
    ask(port, f"{PAPER}/vote/withdraw", "POST", **alice)
    before = votes(postgres)
    with psycopg.connect(postgres.url("postgres")) as connection:
        connection.execute("SELECT 1 FROM papers_paper FOR UPDATE")  # the counter; the vote itself can be written
        assert ask(port, f"{PAPER}/vote", "POST", **alice)[0] == 503
    assert votes(postgres) == before
    assert ask(port, f"{PAPER}/vote", "POST", **alice)[0] < 400
    assert votes(postgres) == before + 1


JOBS = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'accounts.tasks.end_suspensions' AND status = 'todo'"
DEFER = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, priority, attempts, abort_requested)
    VALUES ('default', 'accounts.tasks.end_suspensions', '{"timestamp": 0}', 'todo', 0, 0, false)
"""


def test_the_worker_waits_and_goes_on_when_the_database_is_back(postgres, site, tmp_path):
    def work() -> None:
        postgres.execute(DEFER)
        wait_until(lambda: postgres.execute(JOBS) == [(0,)], PATIENCE)

    command = [sys.executable, "-m", "lib.supervisor", sys.executable, "manage.py", "procrastinate", "worker"]
    environment = {"DATABASE_URL": address(postgres), "BROADSHEET_DATA": str(tmp_path), "EMBEDDING": "none"}
    inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    with running(command, 0, tmp_path / "log", **inherited | environment):
        work()
        with refusing(postgres):
            time.sleep(2)
        work()
