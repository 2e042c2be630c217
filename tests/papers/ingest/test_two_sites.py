"""Two sites that follow each other, each a process with a database of its own."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from tests.serving import PATIENCE, ROOT, Server, free_port, serve

ENVIRONMENT = {"BROADSHEET_DEMO": "0", "EMBEDDING": "none", "FRONT_DOOR": "0", "WEB_CONCURRENCY": "1", "DEBUG": "1"}
VOTE = """
from datetime import UTC, datetime
from allauth.account.models import EmailAddress
from accounts.models import User
from papers.models import Paper, Vote
user = User.objects.create(username="{0}", email="{0}@example.org", date_joined=datetime(2020, 1, 1, tzinfo=UTC))
EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
Vote.objects.make(user, Paper.objects.get(arxiv_id="2509.00001"))
"""
COUNTS = """
import json
from papers.models import Paper
columns = ("arxiv_id", "vote_count", "imported_votes", "comment_count")
print(json.dumps(list(Paper.objects.order_by("arxiv_id").values_list(*columns))))
"""


class Site:
    """A running site, and the commands that its operator runs."""

    def __init__(self, server: Server, folder, followed: str):
        self.server = server
        inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        own = {"BROADSHEET_DATA": str(folder), "PORT": str(server.port), "BASE_URL": server.url, "HUB_URL": followed}
        self.environment = inherited | ENVIRONMENT | own

    def run(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        run = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert run.returncode == 0, run.stdout + run.stderr
        return run.stdout

    def follow(self) -> str:
        return self.run("import_hub", "--follow")

    def counts(self) -> dict[str, list[int]]:
        output = self.run("shell", "--no-imports", "-c", COUNTS)
        return {arxiv_id: counts for arxiv_id, *counts in json.loads(output.strip().splitlines()[-1])}


@pytest.fixture
def sites(tmp_path):
    """Two sites that follow each other."""
    folders, ports = [tmp_path / "first", tmp_path / "second"], [free_port(), free_port()]
    for folder in folders:
        folder.mkdir()
    first, second = (
        serve(folder, "--no-worker", PORT=str(port), **ENVIRONMENT) for folder, port in zip(folders, ports, strict=True)
    )
    with first as one, second as other:
        for server in (one, other):
            server.wait_until_ready()
        yield Site(one, folders[0], other.url), Site(other, folders[1], one.url)


def rows(votes: int) -> str:
    day = datetime.now(UTC).strftime("%Y-%m-%dT00:00:00.000Z")
    paper = {"title": "T", "publishedAt": "2025-09-01T00:00:00.000Z", "submittedOnDailyAt": day, "upvotes": votes}
    return json.dumps([{"paper": paper | {"id": f"2509.0000{number}"}, "numComments": 2} for number in (1, 2)])


def test_no_vote_counts_twice_however_often_two_sites_follow_each_other(sites, tmp_path):
    one, other = sites
    answer = tmp_path / "answer.json"
    answer.write_text(rows(votes=5))
    one.run("import_hub", str(answer))
    one.run("shell", "--no-imports", "-c", VOTE.format("ada"))
    assert f"From {one.server.url}: 2 new" in other.follow()
    assert other.counts() == {"2509.00001": [6, 6, 2], "2509.00002": [5, 5, 2]}
    other.run("shell", "--no-imports", "-c", VOTE.format("grace"))
    assert f"From {other.server.url}: 0 new" in one.follow()
    expected = {"2509.00001": [7, 6, 2], "2509.00002": [5, 5, 2]}  # each counts its own vote and the other one's
    for _ in range(2):
        for site in sites:
            site.follow()
            assert site.counts() == expected
    assert f"From {one.server.url}: 0 new, 0 changed, 0 unchanged" in other.follow()  # 304
    answer.write_text(rows(votes=9))
    one.run("import_hub", str(answer))
    other.follow()
    one.follow()
    assert one.counts() == other.counts() == {"2509.00001": [11, 10, 2], "2509.00002": [9, 9, 2]}
    dump = one.run("dump")
    assert "2 papers" in dump
    assert "Nothing changed." in other.run("import_hub", "--dump", f"{one.server.url}/dump/")
