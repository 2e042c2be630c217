"""The Hub's own client, unmodified, with this site as its endpoint: the `hf` command and `huggingface_hub.HfApi`.

What a paper has here, the client has, too: a table says for each field what it is.
"""

import json
import os
import subprocess
import sys
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import BadRequestError, HfHubHTTPError
from huggingface_hub.hf_api import DatasetInfo, ModelInfo, PaperAuthor, PaperInfo, SpaceInfo

from papers.models import AiText, Artefact, Origin, Paper
from papers.models.artefact import ArtefactKind
from tests.factories import NOON, PaperFactory

HF = Path(sys.executable).parent / "hf"
AUTHOR_FIELDS = {"name", "user", "status", "status_last_changed_at", "hidden"}


@pytest.fixture
def site(transactional_db, live_server, settings, full_paper: Paper) -> str:
    """The address of a site that shows AI texts, with one paper that has everything and others that have little."""
    settings.BASE_URL, settings.SHOW_AI_TEXT = live_server.url, True
    AiText.objects.create(
        paper=full_paper, summary="It shares.", keywords=["sharing"], model="Qwen/Qwen3", version=2, made_at=NOON
    )
    for kind in ArtefactKind:
        url = f"https://huggingface.co/lab/{kind}"
        Artefact.objects.create(paper=full_paper, kind=kind, name=f"lab/{kind}", url=url, likes=3, downloads=40)
    other = PaperFactory(title="Another paper", listed_at=datetime(2025, 9, 11, tzinfo=UTC))
    Origin.objects.create(paper=other, submitter_username="akhaliq", submitter_name="AK")
    PaperFactory(title="A third one", listed_at=datetime(2025, 10, 1, tzinfo=UTC))
    return live_server.url


@pytest.fixture
def api(site: str) -> HfApi:
    return HfApi(endpoint=site, token=False)


def described(value: object) -> object:
    """The value, or what identifies it, where it is an object of the client's."""
    match value:
        case list():
            return [described(item) for item in value]
        case ModelInfo() | DatasetInfo() | SpaceInfo():
            return value.id, value.likes
        case PaperAuthor():
            return value.name, value.user and value.user.username, value.status, value.status_last_changed_at
        case None | str() | int() | datetime():
            return value
    return getattr(value, "username", None) or value.name, value.fullname, value.avatar_url


def table(full: Paper, icon: str) -> dict[str, object]:
    """What each field of the client's `PaperInfo` must be for the full paper in a list."""
    return {
        "id": "2509.08721",
        "authors": [
            ("Ada Lovelace", None, None, None),
            ("Grace Hopper", "grace", "claimed_verified", NOON),
        ],
        "published_at": full.published_at,
        "title": "Sharing $n$ is caring",
        "summary": full.abstract,
        "upvotes": 7,
        "discussion_id": f"{full.pk:024x}",
        "source": "arxiv",
        "comments": 2,
        "submitted_at": full.listed_at,
        "submitted_by": ("alice", "Alice Ash", icon),
        "ai_summary": "It shares.",
        "ai_keywords": ["sharing"],
        "organization": ("lab", "The Lab", icon),
        "project_page": "https://lab.example.org/caring",
        "github_repo": "https://github.com/lab/caring",
        "github_stars": 12,
        "linked_models": None,  # the Hub has these in `paper_info` only
        "num_total_models": None,
        "linked_datasets": None,
        "num_total_datasets": None,
        "linked_spaces": None,
    }


LINKED = {
    "linked_models": [("lab/model", 3)],
    "num_total_models": 1,
    "linked_datasets": [("lab/dataset", 3)],
    "num_total_datasets": 1,
    "linked_spaces": [("lab/demo", 3)],
}


def icon_of(site: str, client) -> str:
    """The address of the picture that stands for people and organisations without one."""
    return client.get("/api/papers/2509.08721").json()["organization"]["avatarUrl"]


def test_each_field_that_the_client_knows_is_filled(api: HfApi, site: str, full_paper: Paper, client):
    expected = table(full_paper, icon_of(site, client))
    assert expected.keys() == {field.name for field in fields(PaperInfo)}
    assert {field.name for field in fields(PaperAuthor)} == AUTHOR_FIELDS
    found = {
        "list_daily_papers": next(row for row in api.list_daily_papers(date="2025-09-10")),
        "list_papers": next(row for row in api.list_papers(query="sharing caring")),
        "paper_info": api.paper_info("2509.08721"),
    }
    for method, info in found.items():
        wanted = expected | (LINKED if method == "paper_info" else {})
        assert {name: described(getattr(info, name)) for name in wanted} == wanted, method
        assert {author.hidden for author in info.authors} == {False}


def test_these_are_all_methods_about_papers():
    methods = {name for name in dir(HfApi) if "paper" in name}
    assert methods == {"list_papers", "paper_info", "read_paper", "list_daily_papers"}


@pytest.mark.parametrize(
    ("options", "titles"),
    [
        ({}, ["A third one", "Another paper", "Sharing $n$ is caring"]),
        ({"date": "2025-09-11"}, ["Another paper"]),
        ({"date": "2025-09-12"}, []),
        ({"week": "2025-W37"}, ["Sharing $n$ is caring", "Another paper"]),
        ({"month": "2025-10"}, ["A third one"]),
        ({"submitter": "akhaliq"}, ["Another paper"]),
        ({"submitter": "alice"}, ["Sharing $n$ is caring"]),
        ({"sort": "publishedAt"}, ["A third one", "Another paper", "Sharing $n$ is caring"]),
        ({"sort": "trending"}, ["A third one", "Sharing $n$ is caring", "Another paper"]),
        ({"limit": 1}, ["A third one"]),
        ({"limit": 1, "p": 2}, ["Sharing $n$ is caring"]),
        ({"p": 100}, []),
    ],
)
def test_the_client_lists(api: HfApi, options: dict, titles: list[str]):
    assert [info.title for info in api.list_daily_papers(**options)] == titles


def test_the_client_raises_what_it_raises_at_the_hub(api: HfApi):
    with pytest.raises(BadRequestError, match="is not a date"):
        list(api.list_daily_papers(date="2025-13-40"))
    with pytest.raises(HfHubHTTPError) as refused:
        api.paper_info("2509.99999")
    assert refused.value.response.status_code == 404


def hf(site: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """The `hf` command with this endpoint, as somebody types it who has no token."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    environment |= {"HF_ENDPOINT": site, "HF_HOME": str(folder), "NO_COLOR": "1", "COLUMNS": "200"}
    return subprocess.run([HF, "papers", *arguments], env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def run(site: str, tmp_path):
    def run(*arguments: str) -> str:
        done = hf(site, tmp_path, *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ([], 3),
        (["--date", "2025-09-10"], 1),
        (["--week", "2025-W37"], 2),
        (["--month", "2025-09"], 2),
        (["--sort", "trending"], 3),
        (["--submitter", "akhaliq"], 1),
    ],
    ids=str,
)
def test_the_command_lists_as_json(run, options: list[str], count: int):
    rows = json.loads(run("ls", *options, "--format", "json"))
    assert len(rows) == count
    assert all(row["title"] and row["published_at"] and row["submitted_by_name"] for row in rows)


def test_the_command_lists_as_a_table(run):
    table_ = run("ls", "--date", "2025-09-10")
    assert "2509.08721" in table_
    assert "Alice Ash" in table_


def test_the_command_searches_and_shows(run):
    assert json.loads(run("search", "sharing", "--format", "json"))[0]["ai_summary"] == "It shares."
    info = json.loads(run("info", "2509.08721", "--format", "json"))
    assert (info["github_stars"], info["ai_keywords"]) == (12, ["sharing"])


def test_the_command_says_what_is_not_there(site: str, tmp_path):
    done = hf(site, tmp_path, "info", "2509.99999")
    assert (done.returncode, "Paper '2509.99999' not found" in done.stderr) == (1, True), done


def test_the_command_reads(run, api: HfApi):
    text = run("read", "2509.08721")
    assert "Sharing $n$ is caring" in text
    assert text.strip() == api.read_paper("2509.08721").strip()
