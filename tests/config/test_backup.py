"""The commands for a backup in docs/backup.md."""

import re
import subprocess

import pytest
from django.db import connection

from lib import postgres_programs
from papers.models import Vote, VoteNetwork, VoteSalt
from tests.database import IS_EMBEDDED
from tests.factories import PaperFactory, UserFactory
from tests.serving import ROOT

COMMANDS = re.findall(r".*\bpg_dump .*--format.*", (ROOT / "docs" / "backup.md").read_text())


@pytest.mark.skipif(not IS_EMBEDDED, reason="the programs are those of the embedded database")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_backup_has_the_votes_but_not_the_networks_they_came_from(command, tmp_path):
    VoteSalt.objects.renew()
    Vote.objects.make(UserFactory(), PaperFactory(), "198.51.100.0/24")
    assert VoteNetwork.objects.exclude(network=None).exists()
    dump, program = tmp_path / "dump", postgres_programs.BIN / "pg_dump"
    options = [option for option in re.findall(r"--\S+", command) if not option.startswith("--file")]
    subprocess.run([program, *options, "--file", dump, connection.connection.info.dsn], check=True)
    restored = subprocess.run(
        [postgres_programs.BIN / "pg_restore", "--data-only", "--file=-", dump], check=True, capture_output=True
    )
    for table, number in {"papers_vote": 1, "papers_votenetwork": 0, "papers_votesalt": 0}.items():
        rows = re.findall(
            rb"^COPY public\.%s \(.*\n((?:(?!\\\.).*\n)*)" % table.encode(), restored.stdout, re.MULTILINE
        )
        assert sum(len(text.splitlines()) for text in rows) == number, table


def test_the_documentation_has_three_commands():
    assert len(COMMANDS) == 3
