"""This process reads from a replica of the tests' own server, made as the documentation does it for an embedded one."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
import time_machine
from django.conf import settings
from django.core.cache import caches
from django.db import connection, connections
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path

from config.databases import replica
from config.urls import urlpatterns as pages
from lib import postgres, replicas
from lib.lag import Servers
from lib.postgres_programs import BIN
from tests import scene
from tests.cluster import Cluster, example, folder_like, run, wait_until
from tests.conftest import Reader
from tests.database import IS_EMBEDDED
from tests.serving import ROOT
from tests.test_recorded_addresses import RECORDED, described
from tests.test_two_people import forget

pytestmark = pytest.mark.skipif(not IS_EMBEDDED, reason="the tests have a PostgreSQL that cannot be copied")
replicated = pytest.mark.django_db(transaction=True, databases=["default", "replica1"])

CALLS: list[str] = []  # the connections of the views below


def keep(request):
    """A view that writes what it is told into the cache of the database, which does not mind if that fails."""
    caches["default"].set("kept", request.GET["text"])
    return HttpResponse("kept")


def break_off(request):
    """A view whose connection to the replica ends in the middle."""
    CALLS.append(connection.alias)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        if connection.alias == "replica1":
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    return HttpResponse("complete")


def sleep(request):
    """A view that PostgreSQL does not let end."""
    CALLS.append(connection.alias)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 50")
        try:
            cursor.execute("SELECT pg_sleep(10)")
        finally:
            cursor.execute("RESET statement_timeout")


urlpatterns = [path("keep", keep), path("break", break_off), path("sleep", sleep), *pages]


@pytest.fixture(scope="module")
def cluster(django_db_setup, tmp_path_factory) -> Iterator[Cluster]:
    """The replica."""
    [sockets] = parse_qs(urlsplit(os.environ["DATABASE_URL"]).query)["host"]
    drop_slot()
    folder = folder_like(postgres.CLUSTER, tmp_path_factory.mktemp("replica") / "data")
    lines = example("embedded", {"/srv/replica": str(folder), "/srv/broadsheet/var/postgres": sockets})
    program = re.search(r"\$\((.*?)\)\:", lines)[1]
    assert subprocess.check_output(["/bin/bash", "-c", program], cwd=ROOT, text=True).strip() == str(BIN)
    with Cluster(folder, 5432).stopped_in_the_end() as cluster:
        run(lines.replace(f"$({program})", str(BIN)), folder)
        yield cluster
    drop_slot()


def drop_slot() -> None:
    """Let the tests' server keep nothing for the replica, also not for one of a run that was killed."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute("SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots WHERE active")
        server.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots")


@pytest.fixture(scope="module")
def watch(cluster, django_db_blocker) -> Iterator[Servers]:
    """Measures the replica, which is the database `replica1` of this process, until the process ends."""
    connections.settings["replica1"] = replica(cluster.url(connection.settings_dict["NAME"]))
    connections.configure_settings(connections.settings)
    with django_db_blocker.unblock():
        yield Servers()
    connections["replica1"].close()
    del connections["replica1"], connections.settings["replica1"]


@pytest.fixture
def reads(watch, monkeypatch):
    """`reads()` waits until the replica has all that was written, and lets strangers read there from then on."""
    monkeypatch.setattr(replicas, "_servers", watch)
    with override_settings(REPLICAS=["replica1"]):
        yield lambda: wait_until(_has_everything)


def _has_everything() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_lsn()")
        [written] = cursor.fetchone()
    with connections["replica1"].cursor() as cursor:
        cursor.execute("SELECT pg_last_wal_replay_lsn() >= %s", [written])
        return cursor.fetchone()[0] and replicas.lag()["replica1"] == 0


@replicated
def test_every_address_answers_a_stranger_from_the_replica_as_from_the_primary(reads, caplog):
    forget()
    on_primary, stranger = set(), Reader()

    def watch(execute, sql, params, many, context):
        if context["connection"].alias == "default":
            on_primary.add((entry["path"], "INTO lib_throttle" in sql))
        return execute(sql, params, many, context)

    with override_settings(SECRET_KEY=scene.SECRET_KEY), time_machine.travel(scene.NOW, tick=False):
        scene.people()
    reads()
    wrong = []
    with override_settings(SECRET_KEY=scene.SECRET_KEY), time_machine.travel(scene.NOW, tick=False):
        for entry in [entry for entry in RECORDED if entry["who"] == "stranger"]:
            stranger.cookies.clear()
            with connection.execute_wrapper(watch):
                answer = stranger.get(entry["path"])
            if entry != {"path": entry["path"], "who": "stranger"} | described(answer):
                wrong.append(entry)
    assert wrong == []
    assert [record.getMessage() for record in caplog.records if record.name == "lib.replicas"] == []
    read_on_primary = {address for address, is_count in on_primary if not is_count}
    assert {address for address in read_on_primary if not address.startswith("/accounts/")} == {"/readyz"}


@replicated
@override_settings(ROOT_URLCONF="tests.config.test_reading")
def test_a_write_that_the_replica_refuses_is_done_on_the_primary(reads, stranger, caplog):
    reads()
    assert stranger.get("/keep?text=this").content == b"kept"
    assert caches["default"].get("kept") == "this"
    assert "replica1 failed, so the primary answers" in caplog.text


@replicated
@override_settings(ROOT_URLCONF="tests.config.test_reading")
def test_what_a_replica_breaks_off_is_answered_by_the_primary(reads, stranger, caplog):
    reads()
    CALLS.clear()
    assert stranger.get("/break").content == b"complete"
    assert CALLS == ["replica1", "default"]
    assert "Traceback" not in caplog.text
    assert stranger.get("/papers").status_code == 200


@replicated
@override_settings(ROOT_URLCONF="tests.config.test_reading")
def test_a_statement_that_takes_too_long_on_a_replica_is_not_tried_again(reads, stranger):
    reads()
    CALLS.clear()
    assert stranger.get("/sleep").status_code == 503
    assert CALLS == ["replica1"]


@replicated
def test_connections_to_a_replica_have_the_settings_of_others_and_do_not_write(reads):
    reads()
    with connections["replica1"].cursor() as cursor:
        cursor.execute("SELECT current_setting('jit'), current_setting('default_transaction_read_only')")
        assert cursor.fetchone() == ("off", "on")


@replicated
def test_who_has_sent_something_gets_a_cookie_that_says_nothing_else(reads, alice, signed_in, stranger):
    answer = signed_in(alice).act("/papers/2509.08721/vote")
    cookie = answer.cookies[settings.WRITTEN_COOKIE_NAME]
    assert (cookie.value, cookie["max-age"], cookie["httponly"]) == ("1", replicas.WRITTEN_SECONDS, True)
    assert settings.WRITTEN_COOKIE_NAME not in signed_in(alice).get("/papers").cookies
    assert settings.WRITTEN_COOKIE_NAME in signed_in(alice).get("/accounts/login/").cookies  # which leads on
    assert f"<code>{cookie.key}</code>" in stranger.get("/privacy").content.decode()


def test_without_replicas_nobody_gets_a_cookie_and_nothing_is_measured(alice, signed_in):
    answer = signed_in(alice).act("/papers/2509.08721/vote")
    assert settings.WRITTEN_COOKIE_NAME not in answer.cookies
    assert replicas.lag() == {}
    assert replicas._servers.replicas == {}


@replicated
def test_a_replica_ages_if_it_replays_nothing_while_the_measuring_waits_for_the_primary(reads, watch, cluster):
    reads()
    waiting = watch.replicas["replica1"].primary.connection.info.backend_pid
    cluster.execute("SELECT pg_wal_replay_pause()")
    os.kill(waiting, signal.SIGSTOP)
    try:
        caches["default"].set("kept", "later")
        wait_until(lambda: replicas.lag()["replica1"] > 1)
    finally:
        os.kill(waiting, signal.SIGCONT)
        cluster.execute("SELECT pg_wal_replay_resume()")
    reads()


@replicated
def test_a_replica_whose_address_is_no_address_does_not_keep_others_from_being_measured(cluster, reads, caplog):
    connections.settings["replica2"] = connections.settings["replica1"] | {"HOST": "two..dots"}
    try:
        with override_settings(REPLICAS=["replica2", "replica1"]):
            watch = Servers()
            wait_until(lambda: watch.usable() == ["replica1"])
            wait_until(lambda: "replica2 cannot be measured" in caplog.text)
            assert watch.usable() == ["replica1"]
            watch.replicas["replica2"].params["host"] = str(cluster.folder)
            wait_until(lambda: watch.usable() == ["replica2", "replica1"])
    finally:
        del connections["replica2"], connections.settings["replica2"]


@replicated
def test_a_replica_that_is_down_has_no_lag(reads, cluster):
    reads()
    cluster.stop()
    wait_until(lambda: replicas.lag() == {"replica1": None})
    run(f"pg_ctl -D {cluster.folder} -o \"-h '' -k {cluster.folder}\" -l {cluster.folder}/log -w start", cluster.folder)
    connections["replica1"].close()
    reads()
