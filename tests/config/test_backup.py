"""A backup of a site with uploads, and what it is restored into: row by row, picture by picture.

The site is the one in `tests/releases/`, in a database of the tests' own server.
"""

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from config.backup import database, programs
from config.backup.manifest import content
from lib.env import DATA
from lib.postgres_programs import BIN
from tests import bucket as store
from tests.config.test_restore import change_manifest
from tests.config.test_state_folder import IS_ROOT, manage
from tests.config.test_upgrade import RELEASE, dumped
from tests.factories import UserFactory
from tests.serving import PATIENCE, ROOT, free_port


@dataclass(frozen=True)
class Site:
    """A state folder and a database."""

    folder: Path
    url: str

    def manage(self, *arguments: str, **own: str) -> tuple[int, str]:
        return manage(self.folder, *arguments, DATABASE_URL=self.url, **own)

    def rows(self) -> dict[str, list[str]]:
        """Returns the rows of each table that a backup has, as text."""
        with psycopg.connect(self.url) as connection:
            tables = [name for [name] in connection.execute(database._TABLES)]
            select = 'SELECT row::text FROM "{}" row ORDER BY 1'
            rows = {table: connection.execute(select.format(table)) for table in tables}
            return {table: [text for [text] in cursor] for table, cursor in rows.items()}

    def files(self) -> dict[str, bytes]:
        media = self.folder / "media"
        return {str(path.relative_to(media)): path.read_bytes() for path in media.rglob("*.*")}


def differences(one: Site, other: Site) -> set[str]:
    """Returns the names of the tables and the uploads in which these sites differ."""
    pairs = [(one.rows(), other.rows()), (one.files(), other.files())]
    return {name for a, b in pairs for name in a.keys() | b.keys() if a.get(name) != b.get(name)}


@pytest.fixture(scope="module")
def new_site(worker_id, tmp_path_factory) -> Iterator[Callable[[str], Site]]:
    """`new_site(name)` has an empty folder and an empty database, which goes at the end of the tests."""
    server, names = os.environ["DATABASE_URL"], []

    def make(name: str) -> Site:
        names.append(f"{name}_{worker_id}")
        connection.execute(f"DROP DATABASE IF EXISTS {names[-1]} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {names[-1]}")
        return Site(tmp_path_factory.mktemp(name), urlsplit(server)._replace(path=f"/{names[-1]}").geturl())

    with psycopg.connect(server, autocommit=True) as connection:
        yield make
        for name in names:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def site(new_site) -> Site:
    """A site with uploads, of which one is missing, and with networks that votes came from."""
    site = new_site("backed_up")
    code, errors = site.manage("restore", str(RELEASE))
    assert code == 0, errors
    with psycopg.connect(site.url) as connection:
        connection.execute("INSERT INTO papers_votesalt (value, made_at) VALUES ('salt', now())")
    min((site.folder / "media" / "covers").iterdir()).unlink()
    return site


@pytest.fixture(scope="module")
def backup(site, tmp_path_factory) -> Path:
    """A backup of the site, after one into the same folder that was killed."""
    target = tmp_path_factory.mktemp("backups") / "monday"
    (target.with_name("monday.unfinished") / "media").mkdir(parents=True)
    (target.with_name("monday.unfinished") / "media" / "former").write_text("")
    code, errors = site.manage("backup", str(target), "--with-secret-key")
    assert code == 0, errors
    assert "Tables: " in errors
    assert errors.count("MISSING: a row refers to the picture covers/") == 1
    return target


def test_a_restored_site_has_every_row_and_every_picture(site, backup, new_site):
    restored = new_site("restored")
    code, errors = restored.manage("restore", str(backup))
    assert code == 0, errors
    assert differences(site, restored) == set()
    assert (restored.folder / "secret_key").read_text() == (site.folder / "secret_key").read_text()
    files = {str(path.relative_to(backup)) for path in backup.rglob("*") if path.is_file()}
    assert files == {*json.loads((backup / "manifest.json").read_text())["files"], "manifest.json"}
    assert {path.stat().st_mode & 0o077 for path in (backup, restored.folder / "secret_key")} == {0}
    with psycopg.connect(restored.url) as connection:
        assert connection.execute("SELECT count(*) FROM papers_votesalt").fetchone() == (0,)
        connection.execute("UPDATE papers_paper SET title = title || '.' WHERE id = (SELECT min(id) FROM papers_paper)")
    name = min(restored.files())
    (restored.folder / "media" / name).write_bytes(b"another picture")
    assert differences(site, restored) == {"papers_paper", name}


def test_uploads_go_from_a_folder_into_a_bucket_and_from_there_into_a_backup(backup, new_site, tmp_path):
    files = json.loads((backup / "manifest.json").read_text())["files"]
    media = {name: values for name, values in files.items() if name.startswith("media/")}
    with store.bucket(tmp_path) as bucket:
        restored, other = new_site("into_bucket"), new_site("into_full_bucket")
        code, errors = restored.manage("restore", str(backup), **bucket.environment)
        assert code == 0, errors
        assert (bucket.names(), restored.files()) == (media.keys(), {})
        for name in ("exports/a.zip", "dump/index.json"):
            bucket.client().put_object(Bucket=store.NAME, Key=name, Body=b"x")
        code, errors = restored.manage("backup", str(tmp_path / "again"), **bucket.environment)
        assert code == 0, errors
        again = json.loads((tmp_path / "again" / "manifest.json").read_text())["files"]
        assert {name: again[name] for name in again.keys() - {"database.dump"}} == media
        code, errors = other.manage("restore", str(backup), **bucket.environment)
        assert (code, other.rows()) == (1, {})
        assert "The site has uploads (covers/" in errors
    code, errors = restored.manage("backup", str(tmp_path / "down"), **bucket.environment)
    assert (code, "CommandError: The store of the uploads failed. Nothing was kept" in errors) == (1, True)
    code, errors = other.manage("restore", str(backup), **bucket.environment)
    assert (code, "CommandError: The store of the uploads failed: restore again." in errors) == (1, True)
    assert not (tmp_path / "down").exists()
    assert not (tmp_path / "down.unfinished").exists()


def test_by_night_old_backups_go_once_there_is_a_new_one(site, tmp_path):
    commands = re.search(r"<!-- nightly -->\n```sh\n(.*?)```", (ROOT / "docs" / "backup.md").read_text(), re.DOTALL)[1]
    commands = commands.replace("/srv/broadsheet", str(ROOT)).replace("/var/backups/broadsheet", str(tmp_path))
    (tmp_path / "nightly").write_text(commands)
    (tmp_path / "nightly").chmod(0o755)
    environment = os.environ | {"DATABASE_URL": site.url, "BROADSHEET_DATA": str(site.folder)}
    nowhere = environment | {"DATABASE_URL": f"postgresql://postgres@127.0.0.1:{free_port()}/postgres"}
    for name, days in (("2001-01-01", 16), ("2001-01-02", 13)):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (time.time() - days * 24 * 3600,) * 2)
    assert subprocess.run([tmp_path / "nightly"], env=nowhere, check=False).returncode == 1
    assert (tmp_path / "2001-01-01").exists()
    subprocess.run([tmp_path / "nightly"], env=environment, check=True)
    [recent, new] = sorted(tmp_path.glob("20*"))
    assert (recent.name, (new / "manifest.json").exists()) == ("2001-01-02", True)


def test_a_restore_that_failed_or_was_killed_is_begun_again(site, backup, new_site, copy_of_release):
    restored, copy = new_site("begun_again"), copy_of_release
    change_manifest(copy, tables=json.loads((copy / "manifest.json").read_text())["tables"] | {"papers_vote": 1})
    code, errors = restored.manage("restore", str(copy))
    assert code == 1
    assert re.search(r"manifest: papers_vote has \d+ rows instead of 1\.\n$", errors)

    shutil.copytree(RELEASE, copy, dirs_exist_ok=True)
    os.truncate(copy / "database.dump", (copy / "database.dump").stat().st_size * 3 // 4)
    files = json.loads((copy / "manifest.json").read_text())["files"]
    change_manifest(copy, files=files | {"database.dump": vars(content(copy / "database.dump"))})
    code, errors = restored.manage("restore", str(copy))
    assert (code, errors.count("CommandError: pg_restore failed: ")) == (1, 1)
    assert restored.rows() == {}

    environment = os.environ | {"DATABASE_URL": restored.url, "BROADSHEET_DATA": str(restored.folder)}
    command = [sys.executable, "manage.py", "restore", backup]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr:
            if line.startswith("Tables: "):
                process.kill()
        process.wait(PATIENCE)
    assert process.returncode < 0
    assert restored.rows()["papers_paper"]
    name = next(iter(site.files()))
    path = restored.folder / "media" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"half of a picture")

    code, errors = restored.manage("restore", str(backup))
    assert code == 0, errors
    assert differences(site, restored) == set()


@pytest.mark.django_db(transaction=True)
def test_a_backup_is_on_the_disk_before_it_has_its_name(tmp_path, settings, monkeypatch):
    settings.MEDIA_ROOT = RELEASE / "media"
    synced, sync = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (synced.append(Path(f"/proc/self/fd/{file}").readlink()), sync(file)))
    call_command("backup", str(tmp_path / "target"), "--with-secret-key")
    paths = {path.relative_to(tmp_path / "target") for path in [tmp_path / "target", *(tmp_path / "target").rglob("*")]}
    assert {tmp_path / "target.unfinished" / path for path in paths} == set(synced[:-1])
    assert synced[-1] == tmp_path


@pytest.mark.django_db
def test_programs_that_speak_another_language_are_understood(monkeypatch, tmp_path):
    """A program for which there are translations speaks the language of LC_ALL."""
    (tmp_path / "pg_local").write_text(
        f"#!/bin/sh\necho 'pg_local (PostgreSQL) {connection.pg_version // 10_000}.2'\n"
        'test "$1" = --version && exit\n'
        'test "$LC_ALL" = C && echo "pg_local: error: too bad" >&2 || echo "pg_local: Fehler: schade" >&2\nexit 1\n'
    )
    (tmp_path / "pg_local").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    with pytest.raises(CommandError, match=r"^pg_local failed: pg_local: error: too bad$"):
        programs.run("pg_local", on_line=lambda line: None)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["full", "file"])
def test_a_backup_overwrites_nothing(tmp_path, name):
    (tmp_path / "full").mkdir()
    for path in (tmp_path / "full" / "other", tmp_path / "file"):
        path.write_text("other")
    with pytest.raises(CommandError, match=f"{name} exists and is not an empty folder"):
        call_command("backup", str(tmp_path / name))
    assert (tmp_path / "full" / "other").read_text() == (tmp_path / "file").read_text() == "other"


def test_a_backup_is_not_put_into_the_state_folder():
    with pytest.raises(CommandError, match="is inside the state folder and would be lost with it"):
        call_command("backup", DATA / "backups" / "monday")
    assert not (DATA / "backups").exists()


@pytest.mark.django_db(transaction=True)
def test_a_dump_has_the_rows_that_were_counted_whatever_is_written_meanwhile(tmp_path):
    UserFactory()
    with database.snapshot() as name:
        with psycopg.connect(connection.connection.info.dsn, autocommit=True) as other:
            other.execute("DELETE FROM account_emailaddress")
        counts = database.count_rows()
        database.dump(tmp_path / "dump", name, lambda: None)
    assert counts["account_emailaddress"] == 1
    assert dumped(tmp_path / "dump")["account_emailaddress"][1].total() == 1


@pytest.mark.django_db
def test_two_backups_into_one_folder_are_not_mixed(tmp_path):
    (tmp_path / "target.unfinished").mkdir()
    folder = os.open(tmp_path / "target.unfinished", os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    with pytest.raises(CommandError, match="Another backup is being written"):
        call_command("backup", str(tmp_path / "target"))
    os.close(folder)


@pytest.mark.django_db
def test_a_server_that_is_newer_than_our_programs_needs_its_own(monkeypatch, tmp_path):
    ours = connection.pg_version // 10_000
    assert programs.find("psql") == BIN / "psql"
    with pytest.raises(CommandError, match="PostgreSQL has no program ls"):
        programs.find("ls")
    monkeypatch.setitem(vars(connections["default"]), "pg_version", (ours + 1) * 10_000)
    with pytest.raises(CommandError, match=f"PostgreSQL {ours + 1}, but pg_dump here is {ours}: install the clients"):
        programs.find("pg_dump")
    (tmp_path / "pg_dump").write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {ours + 1}.2'\n")
    (tmp_path / "pg_dump").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert programs.find("pg_dump") == tmp_path / "pg_dump"


@pytest.mark.skipif(not IS_ROOT, reason="only root can mount a small disk")
@pytest.mark.django_db(transaction=True)
def test_a_full_disk_is_said_in_one_sentence_and_nothing_is_left(tmp_path):
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "small", tmp_path], check=True)
    try:
        with pytest.raises(CommandError, match=f"^The disk of {tmp_path}/target is full"):
            call_command("backup", str(tmp_path / "target"))
        assert list(tmp_path.iterdir()) == []
    finally:
        subprocess.run(["umount", tmp_path], check=True)
