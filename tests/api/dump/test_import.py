"""Importing a dump into an empty site: equal rows, files that are whole or refused, and going on after a kill."""

import json
from datetime import UTC, datetime
from io import StringIO

import httpx2
import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command

from api.dump import writing
from api.rows.papers import daily_rows, linked, repositories
from orgs.models import Organisation
from papers import audit
from papers.ingest.client import Client
from papers.management.commands import import_hub
from papers.models import AiText, Artefact, Author, Fetched, Origin, Paper, SiteCount, Vote
from papers.models.aitext import ImportedText
from papers.sites import HUB
from tests.database import empty
from tests.factories import NOON, OrganisationFactory, PaperFactory, UserFactory

pytestmark = pytest.mark.django_db
OTHER = "https://other.example.org"
AUGUST = datetime(2025, 8, 20, 12, tzinfo=UTC)
ARTEFACTS = {
    "model": "https://huggingface.co/lab/model",
    "dataset": "https://huggingface.co/datasets/lab/dataset",
    "demo": "https://demo.example.org/lab",
}
# What a dump does not carry over: ids and addresses of the site that made it, people, reports, and times of checks.
LEFT_OUT = {
    "_id",
    "addedBy",
    "avatar",
    "avatarUrl",
    "codeState",
    "discussionId",
    "isVerified",
    "source",
    "submittedBy",
    "thumbnail",
}
LEFT_OUT |= {"submittedOnDailyBy", "upvotesBySite", "commentsBySite", "url", "user", "status", "statusLastChangedAt"}


@pytest.fixture
def dump(settings, tmp_path, alice):
    """The folder of a dump of another site with four papers of two months, and no rows here any more."""
    settings.DUMP_ROOT, settings.BASE_URL, settings.SHOW_AI_TEXT = tmp_path / "dump", OTHER, True
    lab = OrganisationFactory(slug="lab", name="The Lab")
    full = PaperFactory(
        arxiv_id="2509.00001",
        version=3,
        organisation=lab,
        authors=["Ada Lovelace", "Grace Hopper"],
        categories=["cs.LG", "cs.CL"],
        keywords=["sharing"],
        imported_votes=7,
        imported_comments=2,
        code_url="https://github.com/lab/code",
        code_stars=12,
        project_url="https://lab.example.org",
        media_urls=["https://cdn.example.org/1.png"],
        published_at=AUGUST,
        withdrawn_at=AUGUST,
        submitted_by=alice,
    )
    Author.objects.filter(paper=full, position=1).update(family="Hopper", given="Grace", affiliation="The Lab")
    AiText.objects.keep({full.pk: ImportedText("Sharing helps.", ("swarm",), "lab/model-1", 2, AUGUST)})
    for number, (kind, url) in enumerate(ARTEFACTS.items()):
        Artefact.objects.create(paper=full, kind=kind, name=f"lab/{kind}", url=url, likes=number, downloads=7)
    Artefact.objects.create(
        paper=full, kind="model", name="spam", url="https://x.example.org", source="author", removed_at=NOON
    )
    Vote.objects.make(UserFactory(), full)
    PaperFactory(arxiv_id="2509.00002", code_url="https://gitlab.com/lab/code")
    PaperFactory(arxiv_id="2509.00003", is_listed=False, listed_at=NOON)
    PaperFactory(arxiv_id="2508.00001", listed_at=AUGUST)
    writing.write()
    rows = read_rows()
    empty()
    settings.BASE_URL = "http://127.0.0.1:8000"
    settings.DUMP_ROOT = tmp_path / "own"
    return tmp_path / "dump", rows


def read_rows() -> list[dict]:
    pks = list(Paper.objects.order_by("arxiv_id").values_list("pk", flat=True))
    found, rows = repositories(pks), daily_rows(pks, AnonymousUser())
    return [_without(row | linked(found[pk])) for pk, row in zip(pks, rows, strict=True)]


def _without(value):
    if isinstance(value, dict):
        return {name: _without(item) for name, item in value.items() if name not in LEFT_OUT}
    return [_without(item) for item in value] if isinstance(value, list) else value


def run(place, *options, client=None) -> str:
    command, out = import_hub.Command(), StringIO()
    if client:
        command.client = client
    try:
        call_command(command, f"--dump={place}", *options, stdout=out, stderr=out, skip_checks=True)
    except CommandError as error:
        out.write(str(error))
    return out.getvalue()


def test_an_empty_site_gets_equal_rows(dump):
    folder, rows = dump
    assert "4 new, 0 changed, 0 unchanged, 0 bad" in run(folder)
    assert read_rows() == rows
    paper = Paper.objects.get(arxiv_id="2509.00001")
    assert (paper.imported_votes, paper.vote_count, paper.imported_comments) == (8, 8, 2)
    assert dict(SiteCount.objects.filter(paper=paper).values_list("site", "votes")) == {OTHER: 1}
    assert Organisation.objects.get().name == "The Lab"
    assert (paper.withdrawn_at, paper.model_count, paper.dataset_count, paper.demo_count) == (AUGUST, 1, 1, 1)
    assert dict(paper.artefacts.values_list("kind", "url")) == ARTEFACTS
    assert paper.ai_text.import_text == ("Sharing helps.", ("swarm",), "lab/model-1", 2, AUGUST)
    assert paper.authors.get(position=1).details == ("Hopper", "Grace", "", "The Lab")
    assert (Origin.objects.exists(), audit.mismatches()) == (False, [])
    [row] = daily_rows([paper.pk], AnonymousUser())
    assert row["upvotesBySite"] == {"http://127.0.0.1:8000": 0, HUB: 7, OTHER: 1}
    assert row["commentsBySite"] == {"http://127.0.0.1:8000": 0, HUB: 2, OTHER: 0}


def test_what_was_imported_is_not_read_again(dump):
    folder, _ = dump
    run(folder)
    for path in folder.glob("*.gz"):
        path.unlink()
    assert "Nothing changed." in run(folder)


def test_a_file_that_is_not_what_the_index_says_is_refused_as_a_whole(dump):
    folder, _ = dump
    august, september = sorted(folder.glob("*.gz"))
    data = september.read_bytes()
    september.write_bytes(data[:100] + bytes([data[100] ^ 1]) + data[101:])
    text = run(folder)
    assert f"{september.name}: its SHA-256 is not the one in the index, so nothing of it was imported" in text
    assert list(Paper.objects.values_list("arxiv_id", flat=True)) == ["2508.00001"]
    assert [row.address for row in Fetched.objects.all()] == [f"{OTHER}/dump/2025-08"]
    assert august.exists()


def test_an_import_that_was_killed_goes_on_where_it_was(dump, monkeypatch):
    folder, rows = dump
    save = import_hub.milestone.save

    def killed(batch, **options):
        if any(isinstance(item, import_hub.milestone.Milestone) for item in batch):
            raise KeyboardInterrupt
        return save(batch, **options)

    monkeypatch.setattr("papers.ingest.command.BATCH_SIZE", 1)
    monkeypatch.setattr(import_hub.milestone, "save", killed)
    monkeypatch.setattr(import_hub.ImportCommand.run, "__kwdefaults__", _batches_of_one())
    assert "Interrupted: 3 new" in run(folder)
    assert not Fetched.objects.exists()
    monkeypatch.setattr(import_hub.milestone, "save", save)
    assert "1 new, 0 changed, 3 unchanged" in run(folder)
    assert read_rows() == rows


def _batches_of_one() -> dict:
    return import_hub.ImportCommand.run.__kwdefaults__ | {"batch_size": 1}


def test_a_part_of_a_month_does_not_count_as_the_month(dump):
    folder, rows = dump
    run(folder, "--limit=1")
    assert (Paper.objects.count(), Fetched.objects.count()) == (1, 0)
    run(folder, "--dry-run")
    assert (Paper.objects.count(), Fetched.objects.count()) == (1, 0)
    run(folder)
    assert read_rows() == rows


def test_a_site_does_not_import_its_own_dump(dump, settings):
    settings.BASE_URL = OTHER
    assert "this is a dump of this site itself" in run(dump[0])
    assert not Paper.objects.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": "something else"}, "no index of a dump that is read here"),
        ({"site": "file:///etc"}, "no index of a dump that is read here"),
        ({"files": None}, "files: a list was expected"),
        ({"files": [{"name": "../../secret.jsonl.gz", "month": "2025-09", "sha256": "x"}]}, "none of a dump"),
        ({"files": [{"name": "a.jsonl.gz", "month": "../..", "sha256": "x"}]}, "none of a dump"),
    ],
)
def test_an_index_that_is_none_is_refused(dump, change, words):
    path = dump[0] / "index.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | change))
    assert words in run(dump[0])
    assert not Paper.objects.exists()


def test_a_folder_without_an_index_is_refused(tmp_path):
    assert "index.json: No such file or directory" in run(tmp_path)


def test_a_line_that_is_no_row_costs_no_other(dump):
    folder, _ = dump
    index = json.loads((folder / "index.json").read_bytes())
    name = index["files"][-1]["name"]
    import gzip
    import hashlib

    lines = gzip.decompress((folder / name).read_bytes()).splitlines(keepends=True)
    data = gzip.compress(b"".join([b"{}\n", b"[1\n", *lines]))
    (folder / name).write_bytes(data)
    index["files"][-1]["sha256"] = hashlib.sha256(data).hexdigest()
    (folder / "index.json").write_text(json.dumps(index))
    text = run(folder)
    assert "4 new, 0 changed, 0 unchanged, 2 bad" in text
    assert f"{name}, record 2: this is not JSON" in text


@pytest.mark.parametrize("address", [f"{OTHER}/dump/", f"{OTHER}/dump", f"{OTHER}/dump/index.json"])
def test_a_dump_is_imported_from_its_address(dump, address):
    folder, rows = dump

    def respond(request):
        assert (request.url.host, request.url.scheme) == ("other.example.org", "https")
        return httpx2.Response(200, content=(folder / request.url.path.removeprefix("/dump/")).read_bytes())

    client = Client(httpx2.MockTransport(respond), site=OTHER, sleep=lambda seconds: None)
    run(address, client=client)
    assert read_rows() == rows


def test_only_the_site_of_the_address_is_requested():
    text = run("http://papers.example.org/dump/")
    assert "http://papers.example.org/dump/index.json is not fetched" in text
