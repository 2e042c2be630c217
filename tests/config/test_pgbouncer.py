"""A site behind PgBouncer in transaction mode, with the configuration of docs/scaling.md."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import psycopg
import pytest
from psycopg.errors import DuplicateObject, UniqueViolation

from lib import postgres, postgres_programs
from lib.database.base import SESSION
from tests.browsing import Browser
from tests.cluster import PATH, example, folder_like, wait_until
from tests.config.test_statement_timeout import serving
from tests.database import IS_EMBEDDED
from tests.serving import ROOT, Server, free_port, running

CONNECTIONS = 3  # fewer than the threads of the site, so that requests have another one each time
PAGES = (
    "/papers",
    "/papers/trending",
    "/papers?q=model",
    "/papers/trending?export=csv",
    "/people/alice",
    "/api/daily_papers",
)

pytestmark = [
    pytest.mark.skipif(not shutil.which("pgbouncer", path=PATH), reason="pgbouncer is not installed"),
    pytest.mark.skipif(not IS_EMBEDDED, reason="the tests have a PostgreSQL that PgBouncer may not reach"),
]


@pytest.fixture(scope="module")
def pooler(database_url, tmp_path_factory) -> Iterator[str]:
    """The address of the demo's database at PgBouncer."""
    with psycopg.connect(database_url, autocommit=True) as database, suppress(DuplicateObject, UniqueViolation):
        database.execute("CREATE ROLE broadsheet SUPERUSER LOGIN")  # of the server, so other tests may have made it
    folder, port = folder_like(postgres.CLUSTER, tmp_path_factory.mktemp("pgbouncer") / "data"), free_port()
    (folder / "userlist.txt").write_text('"broadsheet" "PASSWORD"\n')
    [sockets] = parse_qs(urlsplit(database_url).query)["host"]
    here = {
        "10.0.0.1": f"{sockets} dbname={urlsplit(database_url).path[1:]}",
        "10.0.0.4": "127.0.0.1",
        "6432": str(port),
        "/etc/pgbouncer/": f"{folder}/",
        "default_pool_size = 20": f"default_pool_size = {CONNECTIONS}",
    }
    (folder / "pgbouncer.ini").write_text(example("pgbouncer", here) + "unix_socket_dir =\n")
    with (folder / "log").open("w") as log:
        command = [shutil.which("pgbouncer", path=PATH), folder / "pgbouncer.ini"]
        process = postgres_programs.start(command, folder, stdout=log, stderr=log)
    try:
        wait_until(lambda: _listens(port))
        yield f"postgres://broadsheet:PASSWORD@127.0.0.1:{port}/broadsheet"
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def site(serve_demo, pooler) -> Iterator[Server]:
    with serve_demo(DATABASE_POOLER=pooler, WEB_CONCURRENCY="2") as site:
        site.wait_until_ready()
        yield site


def test_readers_read_and_vote_with_any_connection_at_each_transaction(site, database_url):
    member = Browser(site.port)
    member.sign_in("alice")
    papers = sorted(set(re.findall(r'href="(/papers/\d{4}\.\d{5})"', member.get("/papers").text)))
    assert papers

    def read(path: str) -> int:
        return Browser(site.port).get(path).status

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(read, (*PAGES, *papers) * 4)) == {200}
    for paper in papers:
        member.post(f"{paper}/vote")
    with psycopg.connect(database_url) as database:
        rows = "SELECT count(*) FROM papers_vote JOIN accounts_user u ON u.id = user_id WHERE username = 'alice'"
        assert database.execute(rows).fetchone()[0] >= len(papers)
        clients = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'broadsheet' AND datname = current_database()"
        assert 1 <= database.execute(clients).fetchone()[0] <= CONNECTIONS
    assert "Traceback" not in site.output


def test_twice_as_many_submissions_as_connections_at_once_are_all_answered(site):
    """Those of one person wait for each other, so none may need another connection than that with which it waits."""
    member = Browser(site.port)
    member.sign_in("alice")
    member.get("/papers/submit")

    def submit(_) -> int:
        next_page = member.post("/papers/submit", arxiv_id="2401.00001").headers["Location"]
        return member.get(next_page).status

    with ThreadPoolExecutor(2 * CONNECTIONS) as threads:
        assert set(threads.map(submit, range(2 * CONNECTIONS))) == {200}


def test_a_statement_is_ended_after_the_limit_of_the_pooler(pooler, database_url, tmp_path):
    environment = {"DATABASE_URL": database_url, "DATABASE_POOLER": pooler, "STATEMENT_TIMEOUT_MS": "1500"}
    with serving(tmp_path / "log", **environment) as base:
        assert urlopen(f"{base}/timeout").read() == b"2s"
        begun, answer = time.monotonic(), Browser(urlsplit(base).port).get("/sleep")
        assert "could not answer in time" in answer.text
        assert (answer.status, time.monotonic() - begun >= 2) == (503, True)


def test_commands_are_not_behind_the_pooler_and_have_no_limit(pooler, database_url):
    program = 'from django.db import connection as c; print(c.cursor().execute("SHOW statement_timeout").fetchone())'
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", program]
    environment = os.environ | {"DATABASE_URL": database_url, "DATABASE_POOLER": pooler}
    assert subprocess.check_output(command, cwd=ROOT, env=environment, text=True) == "('0',)\n"


def test_the_worker_hears_at_once_of_a_job_that_came_through_the_pooler(site, pooler, database_url, tmp_path):
    member = Browser(site.port)
    member.sign_in("alice")
    member.get("/settings/data")
    command = [sys.executable, "manage.py", "procrastinate", "worker", "--fetch-job-polling-interval", "1000"]
    environment = os.environ | {"DATABASE_URL": database_url, "DATABASE_POOLER": pooler}
    environment |= {"BROADSHEET_DATA": str(tmp_path), "BASE_URL": site.url}
    with (
        running(command, 0, tmp_path / "log", **environment),
        psycopg.connect(database_url, autocommit=True) as database,
    ):
        listening = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
        wait_until(lambda: bool(database.execute(listening).fetchall()), 120)
        member.post("/settings/data/make")
        made = "SELECT FROM papers_dataexport WHERE coalesce(ready_at, failed_at) IS NOT NULL"
        wait_until(lambda: bool(database.execute(made).fetchall()), 60)


def test_the_pooler_sets_what_connections_without_one_set():
    lines = example("pgbouncer", {})
    queries = dict(re.findall(r"^(\w+) = host=.*connect_query='(.*)'$", lines, re.MULTILINE))
    settings = {name: dict(re.findall(r"SET ([\w.]+)=(\w+)", query)) for name, query in queries.items()}
    assert settings["broadsheet"] == SESSION | {"statement_timeout": "2000"}
    assert settings["replica1"] == settings["broadsheet"] | {"default_transaction_read_only": "on"}
