"""What `manage.py restore` refuses, before it has changed anything."""

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.db import connection

from config.backup import database
from tests.config.test_upgrade import RELEASE
from tests.factories import UserFactory


def change_manifest(folder: Path, **values) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | values))


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
def test_a_damaged_backup_is_refused_before_anything_is_done(copy_of_release, what, sentence):
    damage(what)(copy_of_release)
    with pytest.raises(CommandError, match=sentence):  # a statement would fail: this test has no database
        call_command("restore", str(copy_of_release))


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
def test_a_database_with_tables_of_another_program_is_not_overwritten():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE orders (id int)")
    with pytest.raises(CommandError, match="has tables that are not Broadsheet's"):
        call_command("restore", str(RELEASE))


@pytest.fixture
def unfinished(transactional_db):
    """The database is that of a restore that has not ended, and only this test uses it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "  # those that threads of tests have left
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND usesysid IS NOT NULL"
        )
        cursor.execute(f"CREATE SCHEMA {database._MARK}")
        yield
        cursor.execute(f"DROP SCHEMA IF EXISTS {database._MARK}")


def test_a_restore_does_not_end_beside_others_but_waits_for_who_only_looks(unfinished, monkeypatch):
    with psycopg.connect(connection.connection.info.dsn) as other:
        monkeypatch.setattr(database, "_LOOKS", 1)
        with pytest.raises(CommandError, match="Other programs have begun to use the database meanwhile"):
            database.finish()
        assert database.is_unfinished()
        monkeypatch.undo()
        threading.Timer(0.3, other.close).start()
        database.finish()
    assert not database.is_unfinished()


@pytest.mark.django_db
def test_a_site_whose_restore_was_cut_off_does_not_start_work_or_back_up(tmp_path):
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {database._MARK}")
    with pytest.raises(SystemCheckError, match="a restore has not ended"):
        call_command("prepare")
    with pytest.raises(SystemCheckError, match="a restore has not ended"):
        call_command("procrastinate", "worker", "--one-shot")
    with pytest.raises(CommandError, match="a restore has not ended"):
        call_command("backup", str(tmp_path / "target"))
