"""A backup of a site with uploads, and what it is restored into: row by row, picture by picture.

The site is the one in `tests/releases/`, in a database of the tests' own server.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.db import connection

from config.backup import database
from config.backup.manifest import content
from tests.config.test_state_folder import IS_ROOT, manage
from tests.config.test_upgrade import RELEASE, dumped
from tests.factories import UserFactory
from tests.serving import PATIENCE, ROOT


@dataclass(frozen=True)
class Site:
    """A state folder and a database."""

    folder: Path
    url: str

    def manage(self, *arguments: str) -> tuple[int, str]:
        return manage(self.folder, *arguments, DATABASE_URL=self.url)

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
    target = tmp_path_factory.mktemp("backups") / "monday"
    code, errors = site.manage("backup", str(target), "--with-secret-key")
    assert code == 0, errors
    assert "Tables: " in errors
    assert errors.count("MISSING: a row refers to the picture covers/") == 1
    return target


@pytest.fixture
def copy(tmp_path) -> Path:
    """The backup of the release, to be damaged."""
    return Path(shutil.copytree(RELEASE, tmp_path / "copy"))


def change_manifest(folder: Path, **values) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | values))


def test_a_restored_site_has_every_row_and_every_picture(site, backup, new_site):
    restored = new_site("restored")
    code, errors = restored.manage("restore", str(backup))
    assert code == 0, errors
    assert differences(site, restored) == set()
    assert (restored.folder / "secret_key").read_text() == (site.folder / "secret_key").read_text()
    assert {path.stat().st_mode & 0o077 for path in (backup, restored.folder / "secret_key")} == {0}
    with psycopg.connect(restored.url) as connection:
        assert connection.execute("SELECT count(*) FROM papers_votesalt").fetchone() == (0,)
        connection.execute("UPDATE papers_paper SET title = title || '.' WHERE id = (SELECT min(id) FROM papers_paper)")
    name = min(restored.files())
    (restored.folder / "media" / name).write_bytes(b"another picture")
    assert differences(site, restored) == {"papers_paper", name}


def test_a_restore_that_failed_or_was_killed_is_begun_again(site, backup, new_site, copy):
    with (copy / "database.dump").open("r+b") as dump:
        dump.truncate(dump.seek(0, os.SEEK_END) * 3 // 4)
    files = json.loads((copy / "manifest.json").read_text())["files"]
    change_manifest(copy, files=files | {"database.dump": vars(content(copy / "database.dump"))})
    restored = new_site("begun_again")
    code, errors = restored.manage("restore", str(copy))
    assert code == 1
    assert "CommandError: pg_restore failed: " in errors
    assert restored.rows() == {}

    environment = os.environ | {"DATABASE_URL": restored.url, "BROADSHEET_DATA": str(restored.folder)}
    command = [sys.executable, "manage.py", "restore", backup]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr:
            if line.startswith("Tables: "):
                process.kill()  # the rows are there, the uploads are not
        process.wait(PATIENCE)
    assert process.returncode < 0
    assert restored.rows()["papers_paper"]
    code, errors = restored.manage("prepare")
    assert code == 1
    assert "The site is not complete: a restore was cut off." in errors

    code, errors = restored.manage("restore", str(backup))
    assert code == 0, errors
    assert differences(site, restored) == set()


def damage(name: str) -> Callable[[Path], None]:
    return {
        "no manifest": lambda copy: (copy / "manifest.json").unlink(),
        "half a manifest": lambda copy: os.truncate(copy / "manifest.json", 300),
        "another format": lambda copy: change_manifest(copy, format=2),
        "a later release": lambda copy: change_manifest(copy, broadsheet="0.1.10"),
        "a later migration": lambda copy: change_manifest(copy, migrations=["papers.0999_later"]),
        "no dump": lambda copy: (copy / "database.dump").unlink(),
        "half a dump": lambda copy: os.truncate(copy / "database.dump", 1_000),
        "another picture": lambda copy: _flip(next((copy / "media" / "logos").iterdir())),
    }[name]


def _flip(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("no manifest", r"copy is not a backup: it has no manifest\.json\."),
        ("half a manifest", r"manifest\.json is damaged: it cannot be read"),
        ("another format", r"has the format 2, but this release reads 1 only"),
        ("a later release", r"is of Broadsheet 0\.1\.10, which is newer than this one \(0\.1\.0\)"),
        ("a later migration", r"is newer than this one"),
        ("no dump", r"The backup is incomplete: .*/database\.dump is missing\."),
        ("half a dump", r"database\.dump has 1,000 bytes instead of \d"),
        ("another picture", r"logos/\w+(-small)?\.webp is not the file that was backed up"),
    ],
)
def test_a_damaged_backup_is_refused_before_anything_is_done(copy, what, sentence):
    damage(what)(copy)
    with pytest.raises(CommandError, match=sentence):  # a statement would fail: this test has no database
        call_command("restore", str(copy))


@pytest.mark.django_db
def test_a_site_with_people_is_not_overwritten():
    UserFactory()
    with pytest.raises(CommandError, match=r"The site has people, and a restore overwrites nothing: set "):
        call_command("restore", str(RELEASE))
    assert not database.is_unfinished()


@pytest.mark.django_db
def test_a_site_with_uploads_is_not_overwritten(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "logos").mkdir()
    (tmp_path / "logos" / "a.webp").write_bytes(b"")
    with pytest.raises(CommandError, match=r"The site has uploads \(logos/a\.webp\)"):
        call_command("restore", str(RELEASE))
    assert not database.is_unfinished()


@pytest.mark.django_db
def test_a_database_that_others_use_is_not_overwritten():
    with (
        psycopg.connect(connection.connection.info.dsn),
        pytest.raises(CommandError, match="Other programs use the database: stop the site"),
    ):
        call_command("restore", str(RELEASE))


@pytest.mark.django_db
def test_the_database_of_another_program_is_not_overwritten():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_user RENAME TO people")
    with pytest.raises(CommandError, match="has tables that are not Broadsheet's"):
        call_command("restore", str(RELEASE))


@pytest.mark.django_db
def test_a_site_whose_restore_was_cut_off_neither_starts_nor_is_backed_up(tmp_path):
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {database._MARK}")
    with pytest.raises(SystemCheckError, match="a restore was cut off"):
        call_command("prepare")
    with pytest.raises(CommandError, match="a restore was cut off"):
        call_command("backup", str(tmp_path / "target"))


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["full", "file"])
def test_a_backup_overwrites_nothing(tmp_path, name):
    (tmp_path / "full").mkdir()
    for path in (tmp_path / "full" / "other", tmp_path / "file"):
        path.write_text("other")
    with pytest.raises(CommandError, match=f"{name} exists and is not an empty folder"):
        call_command("backup", str(tmp_path / name))
    assert (tmp_path / "full" / "other").read_text() == (tmp_path / "file").read_text() == "other"


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
