"""A site of the first release, restored from its backup in `tests/releases/` by the code of today.

The backup has rows in almost every table. Whoever writes a migration that changes or deletes rows on purpose adds the
table to CHANGED, and compares here what has become of the rows.
"""

import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import psycopg
import pytest
from django.conf import settings

from lib import postgres_programs
from tests.config.test_postgres import User
from tests.config.test_state_folder import manage
from tests.database import KEPT
from tests.releases.make import EMPTY, FOLDER, PASSWORD
from tests.serving import Server, serve

RELEASE = FOLDER / "0.1.0"
DUMP = RELEASE / "database.dump"
MANIFEST = json.loads((RELEASE / "manifest.json").read_text())
SHAPES = {"covers", "figures", "logos", "portraits"}
CHANGED = set()  # tables whose rows a later migration changes
RENAMED = {  # columns that a later migration renames, by their tables
    "inbox_choice": {"how": "delivery"},
    "inbox_letter": {"issue": "day"},
    "inbox_notification": {"how": "delivery", "told_at": "notified_at"},
    "inbox_subscription": {"why": "end_reason", "asked_at": "requested_at"},
    "moderation_action": {"deed": "decision"},
    "moderation_flag": {"words": "details"},
    "papers_dataexport": {"asked_at": "requested_at"},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Iterator[Path]:
    """An empty state folder, whose database server runs until the end of the tests."""
    folder = tmp_path_factory.mktemp("upgraded")
    (folder / "static").symlink_to(settings.STATIC_ROOT)
    user = User(folder)
    user.wait()
    yield folder
    user.end()


@pytest.fixture(scope="module")
def database(folder) -> Iterator[psycopg.Connection]:
    """The database of the restored site."""
    code, errors = manage(folder, "restore", str(RELEASE))
    assert code == 0, errors
    user = User(folder)
    with psycopg.connect(user.wait(), options="-c timezone=UTC", autocommit=True) as connection:
        yield connection
    user.end()


@pytest.fixture(scope="module")
def restored(database) -> dict[str, Counter]:
    """The rows of each table that the backup has, in the columns that it has, before the site is started."""
    return {table: stored(database, table, columns) for table, (columns, _) in dumped(DUMP).items()}


@pytest.fixture(scope="module")
def site(folder, restored) -> Iterator[Server]:
    """The restored site, which runs."""
    own = {"BROADSHEET_DEMO": "1", "BROADSHEET_DEMO_PASSWORD": PASSWORD, "EMBEDDING": "none", "FRONT_DOOR": "0"}
    with serve(folder, "--no-worker", **own) as server:
        server.wait_until_ready()
        yield server


def dumped(dump: Path) -> dict[str, tuple[str, Counter]]:
    """Returns the columns and the rows of each table of a dump, as COPY writes them."""
    command = [postgres_programs.BIN / "pg_restore", "--data-only", "--file=-", dump]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    tables = re.findall(r"^COPY public\.(\w+) \((.*)\) FROM stdin;\n((?:(?!\\\.$).*\n)*)", text, re.MULTILINE)
    return {table: (columns, Counter(rows.splitlines())) for table, columns, rows in tables}


def stored(connection: psycopg.Connection, table: str, columns: str) -> Counter:
    """Returns the rows of a table in the columns that had these names in the release."""
    columns = ", ".join(RENAMED.get(table, {}).get(name, name) for name in columns.split(", "))
    with connection.cursor().copy(f'COPY (SELECT {columns} FROM "{table}") TO STDOUT') as copy:  # noqa: S608
        return Counter(b"".join(copy).decode().splitlines())


def test_every_row_of_the_release_is_there(restored):
    backed_up = {table: rows for table, (_, rows) in dumped(DUMP).items()}
    assert {table: rows.total() for table, rows in backed_up.items()} == MANIFEST["tables"]
    for table in backed_up.keys() - CHANGED:
        assert backed_up[table] - restored[table] == Counter(), table
        assert table in KEPT or restored[table] - backed_up[table] == Counter(), table


def test_the_release_has_rows_in_every_table():
    assert {table for table, rows in MANIFEST["tables"].items() if not rows} == EMPTY


def test_every_picture_of_the_release_is_there(folder, database):
    names = {name.removeprefix("media/") for name in MANIFEST["files"] if name.startswith("media/")}
    media = folder / "media"
    assert {str(path.relative_to(media)) for path in media.rglob("*.webp")} == names
    assert len(names) == 2 * len(SHAPES)
    for name in names:
        assert (media / name).read_bytes() == (RELEASE / "media" / name).read_bytes()


def test_the_site_shows_the_papers_and_pictures_of_the_release(database, site):
    def read(path: str) -> str:
        return urlopen(f"{site.url}{path}").read().decode()

    assert read("/papers/trending").count('class="card"') > 20
    [(arxiv_id, picture)] = database.execute("SELECT arxiv_id, picture FROM papers_paper WHERE picture > ''").fetchall()
    assert f"/media/{picture}" in read(f"/papers/{arxiv_id}")
    assert urlopen(f"{site.url}/media/{picture}").read() == (RELEASE / "media" / picture).read_bytes()
