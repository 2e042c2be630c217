"""A site with a streaming replica of its database, made and promoted by the commands of docs/scaling.md."""

import re
import shutil
import signal
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest

from lib import lag
from tests.browsing import Browser
from tests.cluster import Cluster, copy_of_the_tests_server, example, folder_like, run, wait_until
from tests.database import IS_EMBEDDED
from tests.serving import Server, free_port

pytestmark = pytest.mark.skipif(not IS_EMBEDDED, reason="the tests have a PostgreSQL that cannot be copied")


@pytest.fixture(scope="module")
def primary(database_url, tmp_path_factory) -> Iterator[Cluster]:
    """A server with the demo in its database `broadsheet`, as the documentation sets up a primary."""
    with copy_of_the_tests_server(tmp_path_factory.mktemp("primary") / "data").stopped_in_the_end() as primary:
        primary.start()
        primary.execute(f"ALTER DATABASE {urlsplit(database_url).path[1:]} RENAME TO broadsheet")
        primary.execute("DROP ROLE IF EXISTS broadsheet")  # test_pgbouncer.py makes one, too
        primary.execute("CREATE ROLE broadsheet SUPERUSER LOGIN PASSWORD 'PASSWORD'")
        here = {"'*'": "'127.0.0.1'", "10.0.0.2": "127.0.0.1", "10.0.0.0/24": "127.0.0.1/32"}
        run(example("primary", here), primary.folder, **variables(primary))
        yield primary


@pytest.fixture(scope="module")
def replica(primary, tmp_path_factory) -> Iterator[Cluster]:
    with Cluster(tmp_path_factory.mktemp("replica") / "data", free_port()).stopped_in_the_end() as replica:
        follow(primary, replica)
        yield replica


def variables(cluster: Cluster) -> dict[str, str]:
    """The environment of an operator on the machine of this server."""
    folder = str(cluster.folder)
    return {"PGDATA": folder, "PGHOST": folder, "PGPORT": str(cluster.port), "PGUSER": "postgres"}


def follow(primary: Cluster, replica: Cluster) -> None:
    """Make this replica of the primary, as the documentation does."""
    if replica.folder.exists():
        shutil.rmtree(replica.folder)
        primary.execute("SELECT pg_drop_replication_slot('replica1')")
    folder = str(folder_like(primary.folder, replica.folder))
    run(example("replica", {"/srv/replica": folder, "10.0.0.1": f"127.0.0.1 port={primary.port}"}), replica.folder)
    replica.place()
    run(example("start", {"/srv/replica": folder}), replica.folder)


def address(cluster: Cluster) -> str:
    return f"postgres://broadsheet:PASSWORD@127.0.0.1:{cluster.port}/broadsheet"


@pytest.fixture(scope="module")
def site(serve_demo, primary, replica) -> Iterator[Server]:
    settings = {"DATABASE_URL": address(primary), "DATABASE_REPLICAS": address(replica), "WEB_CONCURRENCY": "1"}
    with serve_demo(**settings) as site:
        site.wait_until_ready()
        yield site


@pytest.fixture
def stranger(site, replica) -> Browser:
    """Somebody who reads from the replica."""
    stranger = Browser(site.port)
    wait_until(lambda: reads_from(replica, stranger))
    return stranger


@pytest.fixture
def member(site, stranger) -> Browser:
    member = Browser(site.port)
    member.sign_in("alice")
    return member


_LATEST = """
    SELECT coalesce(max(query_start), 'epoch'), clock_timestamp() FROM pg_stat_activity
    WHERE usename = 'broadsheet' AND query !~ '_lsn|set_config|^SELECT 1$'
"""


def reads_from(cluster: Cluster, browser: Browser, path: str = "/papers", status: int | None = None) -> bool:
    """Whether the site has this server do anything for this page, and answers with the status, if one is given."""
    [[_, before]] = cluster.execute(_LATEST)
    answer = browser.get(path)
    [[latest, _]] = cluster.execute(_LATEST)
    return latest > before and status in (None, answer.status)


def a_paper(browser: Browser) -> str:
    """The address of a paper on the front page."""
    return re.search(r'href="(/papers/\d{4}\.\d{5})"', browser.get("/papers").text)[1]


def votes(cluster: Cluster) -> int:
    return cluster.execute("SELECT count(*) FROM papers_vote", "broadsheet")[0][0]


def test_a_stranger_reads_from_the_replica_alone(stranger, primary, replica):
    for path in ("/papers/trending", a_paper(stranger), "/people/nobody-has-this-name"):
        assert reads_from(replica, stranger, path)
        assert not reads_from(primary, stranger, path)


def test_limited_requests_read_from_the_replica_and_are_counted_on_the_primary(site, stranger, primary, replica):
    primary.execute("DELETE FROM lib_throttle", "broadsheet")
    before = site.output
    for number, path in enumerate((f"/api{a_paper(stranger)}", "/papers?q=model"), 1):
        assert reads_from(replica, stranger, path, 200)
        assert primary.execute("SELECT count(*) FROM lib_throttle", "broadsheet") == [(number,)]
    assert "replica1 failed" not in site.output.removeprefix(before)


def test_a_member_reads_from_the_primary_only_after_writing(member, primary, replica):
    paper = a_paper(member)
    assert not reads_from(replica, member)
    replica.execute("SELECT pg_wal_replay_pause()")
    member.post(f"{paper}/vote")
    assert 'aria-pressed="true"' in member.get(paper).text
    replica.execute("SELECT pg_wal_replay_resume()")
    del member.cookies["written"]  # as if its time were over
    wait_until(lambda: reads_from(replica, member, paper))
    assert reads_from(primary, member, paper)  # the session
    wait_until(lambda: 'aria-pressed="true"' in member.get(paper).text)
    assert reads_from(primary, member, "/admin/")
    assert not reads_from(replica, member, "/admin/")


PAUSES = {
    "replay": ("SELECT pg_wal_replay_pause()", "SELECT pg_wal_replay_resume()"),
    "receiving": ("ALTER SYSTEM SET primary_conninfo = ''", "ALTER SYSTEM SET primary_conninfo = '{primary_conninfo}'"),
}


@pytest.mark.parametrize("what", PAUSES)
def test_nobody_reads_from_a_replica_that_is_too_far_behind(stranger, primary, replica, what):
    pause, go_on = PAUSES[what]
    [[primary_conninfo]] = replica.execute("SHOW primary_conninfo")
    replica.execute(pause)
    replica.execute("SELECT pg_reload_conf()")
    try:
        wait_until(lambda: not replica.execute("SELECT FROM pg_stat_wal_receiver") or what == "replay")
        primary.execute("CREATE TABLE later AS SELECT 1; DROP TABLE later")
        wait_until(lambda: not reads_from(replica, stranger))
        assert reads_from(primary, stranger, status=200)
    finally:
        replica.execute(go_on.format(primary_conninfo=primary_conninfo.replace("'", "''")))
        replica.execute("SELECT pg_reload_conf()")
    wait_until(lambda: reads_from(replica, stranger))


def test_a_replica_is_not_old_because_nobody_writes(stranger, primary, replica):
    next_transaction = "SELECT pg_snapshot_xmax(pg_current_snapshot())"
    before = primary.execute(next_transaction)
    time.sleep(lag.MAX_LAG + 2)
    assert reads_from(replica, stranger)
    assert primary.execute(next_transaction) == before  # nobody has written


def test_readers_notice_nothing_of_the_end_of_a_replica(site, stranger, primary, replica):
    replica.kill()
    try:
        assert {stranger.get("/papers").status for _ in range(10)} == {200}
        assert reads_from(primary, stranger)
    finally:
        replica.start()
    wait_until(lambda: reads_from(replica, stranger))
    assert "Traceback" not in site.output


def test_readers_do_not_wait_for_a_replica_that_hangs(stranger, primary, replica):
    replica.send(signal.SIGSTOP)
    try:
        assert reads_from(primary, stranger, status=200)
    finally:
        replica.send(signal.SIGCONT)
    wait_until(lambda: reads_from(replica, stranger))


def test_while_the_primary_accepts_nobody_readers_read_what_replicas_have_and_replay(stranger, primary, replica):
    """The site gets no answer from it, but the replica and those who are connected already do."""
    measuring = "SELECT pid FROM pg_stat_activity WHERE usename = 'broadsheet' AND query ~ 'pg_current_wal_lsn'"
    [[pid]] = primary.execute(measuring)
    stopped = [primary.processes()[0], psutil.Process(pid)]
    with psycopg.connect(primary.url("postgres"), autocommit=True) as connected:
        for process in stopped:
            process.suspend()
        try:
            time.sleep(lag.MAX_LAG + 5)
            assert reads_from(replica, stranger)
            replica.execute("SELECT pg_wal_replay_pause()")
            connected.execute("CREATE TABLE later AS SELECT 1")
            connected.execute("DROP TABLE later")
            wait_until(lambda: not reads_from(replica, stranger))
        finally:
            for process in stopped:
                process.resume()
            replica.execute("SELECT pg_wal_replay_resume()")
    wait_until(lambda: reads_from(replica, stranger))


def test_no_vote_is_acknowledged_without_a_replica_if_the_operator_wants_it_so(member, primary, replica):
    paper = a_paper(member)
    run(example("synchronous", {}), primary.folder, **variables(primary))
    wait_until(lambda: primary.execute("SELECT sync_state FROM pg_stat_replication") == [("quorum",)])
    assert member.post(f"{paper}/vote").status < 400
    replica.send(signal.SIGSTOP)
    try:
        assert member.post(f"{paper}/vote/withdraw").status >= 500
        run(example("alone", {}), primary.folder, **variables(primary))
        wait_until(lambda: member.post(f"{paper}/vote").status < 400)
    finally:
        replica.send(signal.SIGCONT)


def test_the_replica_takes_over_with_all_votes(serve_demo, stranger, member, primary, replica):
    member.post(f"{a_paper(member)}/vote")
    cast = votes(primary)
    wait_until(lambda: votes(replica) == cast)
    primary.kill()
    assert 'class="card"' in stranger.get("/papers").text
    assert member.post(f"{a_paper(stranger)}/vote/withdraw").status >= 500
    run(example("promote", {"/srv/replica": str(replica.folder)}), replica.folder)
    with serve_demo(DATABASE_URL=address(replica)) as site:
        site.wait_until_ready()
        later = Browser(site.port)
        later.sign_in("alice")
        assert votes(replica) == cast
        later.post(f"{a_paper(later)}/vote/withdraw")
        assert votes(replica) == cast - 1
    replica.stop()
    primary.start()
    follow(primary, replica)
    wait_until(lambda: reads_from(replica, stranger))
