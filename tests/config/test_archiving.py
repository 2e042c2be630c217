"""Continuous archiving by the commands of docs/backup.md, as they stand there: a moment is brought back."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import psycopg
import pytest

from lib.postgres_programs import SYSTEM_USER
from tests.config.test_postgres import User
from tests.config.test_state_folder import IS_ROOT
from tests.config.test_upgrade import RELEASE
from tests.serving import PATIENCE, ROOT

DOCUMENT = (ROOT / "docs" / "backup.md").read_text()


class Operator:
    """Somebody who runs commands of the documentation in the folder of a site, which has backups beside it."""

    def __init__(self, folder: Path):
        self.site, self.backups, self.moment = folder / "site", folder / "backups", ""
        self.site.mkdir()
        for name in (".venv", "manage.py"):
            (self.site / name).symlink_to(ROOT / name)

    def run(self, commands: str) -> str:
        """Returns what these commands of a shell print, which must succeed."""
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        run = subprocess.run(
            ["bash", "-ec", commands],
            cwd=self.site,
            env=environment | {"BROADSHEET_DATA": "var"},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        return run.stdout

    def follow(self, name: str) -> str:
        """Run the commands that have this name in the documentation."""
        commands = re.search(rf"<!-- {name} -->\n```sh\n(.*?)```", DOCUMENT, re.DOTALL)[1]
        commands = commands.replace("/var/backups/broadsheet", str(self.backups))
        output = self.run(re.sub(r"(?<=recovery_target_time = ')[^']+", self.moment, commands))
        if IS_ROOT:  # an operator who is not root is the user of the database
            self.run(f"chown -R {SYSTEM_USER}: {self.backups}")
        return output


@pytest.fixture
def operator(tmp_path) -> Operator:
    return Operator(tmp_path)


def test_a_moment_before_rows_were_deleted_is_brought_back(operator):
    operator.follow("archive")
    user = User(operator.site / "var")
    url = user.wait()
    operator.run(f".venv/bin/python manage.py restore {RELEASE}")
    operator.follow("base")
    (base,) = operator.backups.glob("base-*")
    base.rename(base.with_name("base-2026-01-01"))
    operator.follow("base")  # a week later
    shutil.rmtree(base.with_name("base-2026-01-01"))
    operator.follow("tidy")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE accounts_user SET name = 'After the base backup' WHERE username = 'alice'")
        [operator.moment] = connection.execute("SELECT now()::text").fetchone()
        time.sleep(0.01)
        connection.execute("DELETE FROM papers_bookmark")
    user.end()
    shutil.rmtree(operator.site / "var")

    assert operator.follow("recover") == "Every counter agrees with its rows.\n"
    operator.follow("replace")
    user = User(operator.site / "var")
    with psycopg.connect(user.wait()) as connection:
        people = connection.execute("UPDATE accounts_user SET about = '' WHERE username = 'alice' RETURNING name")
        assert people.fetchone() == ("After the base backup",)
        assert connection.execute("SELECT count(*) > 40 FROM papers_bookmark").fetchone() == (True,)
        assert connection.execute("SHOW hot_standby").fetchone() == ("on",)
    user.end()
