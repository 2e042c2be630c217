"""`manage.py import_hub --papers`: papers that are requested from the Hub one by one, with their artefacts."""

from datetime import timedelta
from io import StringIO

import httpx2
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from papers.ingest.client import Client
from papers.ingest.hub import record
from papers.ingest.save import save
from papers.management.commands import import_hub
from papers.models import Artefact, Origin, Paper
from papers.sites import HUB
from tests.factories import PaperFactory
from tests.papers.ingest.followed import row
from tests.papers.ingest.test_beside import FLAT

pytestmark = pytest.mark.django_db
OTHER = "https://other.example.org"


class Hub:
    """A fake of the Hub with answers by arXiv id, and the command that requests them."""

    def __init__(self):
        self.answers, self.paths = {}, []

    def respond(self, request):
        self.paths.append(request.url.raw_path.decode())
        found = self.answers.get(request.url.path.removeprefix("/api/papers/"), 404)
        return httpx2.Response(found) if isinstance(found, int) else httpx2.Response(200, json=found)

    def run(self, *args) -> str:
        command, out = import_hub.Command(), StringIO()
        command.client = Client(httpx2.MockTransport(self.respond), sleep=lambda seconds: None, clock=lambda: 0)
        try:
            call_command(command, "--papers", *map(str, args), stdout=out, stderr=out, skip_checks=True)
        except CommandError as error:
            out.write(str(error))
        return out.getvalue()


@pytest.fixture
def hub():
    return Hub()


def test_papers_by_their_ids(hub):
    hub.answers = {"2509.08721": FLAT}
    output = hub.run("https://huggingface.co/papers/2509.08721v2", "2509.00001")
    assert hub.paths == ["/api/papers/2509.08721", "/api/papers/2509.00001"]
    assert "2509.00001: https://huggingface.co/api/papers/2509.00001 answered 404" in output
    assert "1 new, 0 changed, 0 unchanged, 1 bad" in output
    assert (Paper.objects.get().model_count, Artefact.objects.count()) == (2, 3)
    assert "0 new, 0 changed, 1 unchanged, 0 bad" in hub.run("2509.08721")


def test_those_of_the_last_days_that_came_from_the_hub(hub):
    now = timezone.now()
    for number, (days, is_from_hub) in enumerate([(0, True), (0, False), (3, True), (9, True)]):
        paper = PaperFactory(arxiv_id=f"2509.0000{number}", listed_at=now - timedelta(days=days))
        if is_from_hub:
            Origin.objects.create(paper=paper)
    hub.run()
    assert hub.paths == ["/api/papers/2509.00000", "/api/papers/2509.00002"]
    hub.paths.clear()
    hub.run("--days", 1)
    assert hub.paths == ["/api/papers/2509.00000"]


def test_what_came_from_another_broadsheet_is_not_requested_at_the_hub(hub, settings):
    person = {"user": "ada-l", "fullname": "Ada L.", "avatarUrl": "/avatars/1.svg"}
    fields = {"submittedOnDailyAt": timezone.now().isoformat(), "submittedOnDailyBy": person, "discussionId": "a1"}
    fields |= {"githubRepo": "https://github.com/lab/engine", "githubRepoAddedBy": "user"}
    of_broadsheet = row("2509.00001", **fields, upvotesBySite={OTHER: 3}, commentsBySite={})
    save([record(of_broadsheet, OTHER), record(row("2509.00002", **fields), HUB)])
    assert Origin.objects.get().paper.arxiv_id == "2509.00002"
    hub.run()
    assert hub.paths == ["/api/papers/2509.00002"]
    hub.paths.clear()
    settings.HUB_URL = OTHER
    hub.run()
    assert set(hub.paths) == {"/api/papers/2509.00001", "/api/papers/2509.00002"}


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["no-id"], "“no-id” is not an arXiv id."),
        (["2509.08721", "--days", "3"], "--days needs --comments or --papers, and takes no sources."),
        (["--comments"], "Use only one of --comments, --papers, --dump and --follow."),
    ],
)
def test_what_does_not_go_together_requests_nothing(hub, args, words):
    assert hub.run(*args) == words
    assert hub.paths == []
