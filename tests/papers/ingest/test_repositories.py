"""Repositories: requests to GitHub's API within its limits, updates only where something changed, and dead links."""

from contextlib import suppress
from datetime import timedelta

import httpx2
import pytest
from django.core.cache import caches
from django.utils import timezone

from papers.ingest import repositories, tasks
from papers.ingest.client import Client, FetchError
from papers.models import CodeState, Paper
from tests.factories import NOON, PaperFactory

NIGHT = NOON + timedelta(days=1)


class GitHub:
    """A fake of GitHub's API.

    `stars` has the number, status or response of each repository by its name, and `fields` what else is said of it.
    `files` has the names of the files of each that is not empty.
    """

    def __init__(self):
        self.stars, self.fields, self.files, self.requests, self.sleeps = {}, {}, {}, [], []
        self.client = Client(httpx2.MockTransport(self.respond), sleep=self.sleeps.append, clock=lambda: 0)

    def respond(self, request):
        self.requests.append(request)
        name = request.url.path.removeprefix("/repos/")
        if name.endswith("/contents"):
            names = self.files.get(name.removesuffix("/contents"))
            return httpx2.Response(200, json=[{"name": n} for n in names]) if names else httpx2.Response(404)
        stars = self.stars.get(name, 404)
        if isinstance(stars, Exception):
            raise stars
        if isinstance(stars, httpx2.Response):
            return stars
        if stars == 404:
            return httpx2.Response(404, json={"message": "Not Found"})
        fields = {"stargazers_count": stars, "size": 900, "archived": False, "license": None} | self.fields.get(
            name, {}
        )
        etag = f'W/"{abs(hash(str(fields)))}"'
        if request.headers.get("If-None-Match") == etag:
            return httpx2.Response(304, headers={"ETag": etag})
        return httpx2.Response(200, json=fields, headers={"ETag": etag})

    @property
    def names(self):
        return [request.url.path.removeprefix("/repos/") for request in self.requests]


@pytest.fixture
def github(db, settings):
    settings.GITHUB_TOKEN = ""
    caches["default"].clear()
    return GitHub()


def found(paper: Paper) -> tuple:
    paper.refresh_from_db()
    return paper.code_stars, paper.code_state, paper.code_licence


def paper(url="https://github.com/lab/code", days=1, **fields) -> Paper:
    return PaperFactory(code_url=url, listed_at=timezone.now() - timedelta(days=days), **fields)


def test_what_is_found_is_written_where_it_changed(github):
    first, unknown = paper(code_stars=1), paper()
    same = paper("https://github.com/lab/same", code_stars=5, code_state=CodeState.LIVING)
    github.stars = {"lab/code": 9, "lab/same": 5}
    assert repositories.refresh(github.client) == 2
    assert list(Paper.objects.order_by("pk").values_list("code_stars", "revision")) == [
        (9, first.revision + 1),
        (9, unknown.revision + 1),
        (5, same.revision),
    ]
    assert sorted(github.names) == ["lab/code", "lab/same"]  # two papers, one repository
    assert repositories.refresh(github.client) == 0


def test_asking_again_costs_nothing_until_it_changed(github):
    one = paper()
    github.stars = {"lab/code": 9}
    repositories.refresh(github.client)
    Paper.objects.update(code_stars=3)  # as another source counted
    repositories.refresh(github.client)
    assert github.requests[1].headers["If-None-Match"].startswith('W/"')
    one.refresh_from_db()
    assert one.code_stars == 9
    github.stars = {"lab/code": 10}
    repositories.refresh(github.client)
    one.refresh_from_db()
    assert one.code_stars == 10


@pytest.mark.parametrize("status", [404, 410, 451])
def test_a_repository_is_dead_once_it_was_not_found_in_two_nights(github, time_machine, status):
    time_machine.move_to(NIGHT, tick=False)
    gone = paper(code_stars=7, code_state=CodeState.LIVING, code_licence="MIT")
    github.stars = {"lab/code": httpx2.Response(status)}
    assert (repositories.refresh(github.client), repositories.refresh(github.client)) == (0, 0)
    assert found(gone) == (7, "living", "MIT")
    time_machine.move_to(NIGHT + timedelta(days=1), tick=False)
    assert repositories.refresh(github.client) == 1
    assert found(gone) == (7, "dead", "MIT")
    revision = gone.revision
    github.stars = {"lab/code": 8}
    assert repositories.refresh(github.client) == 1
    assert (found(gone), gone.revision) == ((8, "living", ""), revision + 1)
    github.stars = {}
    repositories.refresh(github.client)
    assert found(gone)[1] == "living"


@pytest.mark.parametrize(
    "response", [500, 502, httpx2.ConnectError("no route"), 403, httpx2.Response(200, text="<html>")]
)
def test_a_disturbance_kills_no_link(github, time_machine, response):
    one = paper(code_stars=7, code_state=CodeState.LIVING)
    github.stars = {"lab/code": httpx2.Response(response) if isinstance(response, int) else response}
    for night in range(3):
        time_machine.move_to(timezone.now() + timedelta(days=night), tick=False)
        with suppress(FetchError):
            repositories.refresh(github.client)
    assert found(one) == (7, "living", "")


@pytest.mark.parametrize(
    ("fields", "files", "expected"),
    [
        ({}, [], (9, "living", "")),
        ({"license": {"spdx_id": "Apache-2.0"}}, [], (9, "living", "Apache-2.0")),
        ({"license": {"spdx_id": "NOASSERTION"}}, [], (9, "living", "")),
        ({"license": {"spdx_id": None}}, [], (9, "living", "")),
        ({"archived": True, "license": {"spdx_id": "MIT"}}, [], (9, "archived", "MIT")),
        ({"size": 0}, [], (9, "empty", "")),
        ({"size": 12}, ["README.md", "LICENSE", ".gitignore"], (9, "empty", "")),
        ({"size": 12, "archived": True}, ["readme.rst"], (9, "empty", "")),
        ({"size": 12}, ["README.md", "train.py"], (9, "living", "")),
        ({"size": 12, "archived": True}, ["src"], (9, "archived", "")),
    ],
)
def test_what_is_found_of_a_repository(github, fields, files, expected):
    one = paper()
    github.stars, github.fields, github.files = {"lab/code": 9}, {"lab/code": fields}, {"lab/code": files}
    assert repositories.refresh(github.client) == 1
    assert found(one) == expected
    requests = len(github.requests)
    assert (repositories.refresh(github.client), len(github.requests)) == (0, requests + 1)


def test_a_link_that_changes_meanwhile_stays_unknown(github):
    one, other = paper(code_stars=3), paper("https://github.com/lab/other", days=2, code_stars=3)
    github.stars = {"lab/code": 9, "lab/other": 9}

    def change_links(seconds):
        Paper.objects.filter(pk=other.pk).update(code_url="https://github.com/lab/new", code_stars=None)

    client = Client(httpx2.MockTransport(github.respond), sleep=change_links, clock=lambda: 0)
    assert repositories.refresh(client) == 1
    assert (found(one), found(other)) == ((9, "living", ""), (None, "unknown", ""))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/Lab/Code", "lab/code"),
        ("http://www.github.com/lab/code.git", "lab/code"),
        ("https://github.com/lab/my.code-1_2/tree/main/src?tab=x#readme", "lab/my.code-1_2"),
        ("https://github.com/lab/code/", "lab/code"),
        ("https://github.com/lab", None),
        ("https://gitlab.com/lab/code", None),
        ("https://github.com.evil.example/lab/code", None),
        ("https://evil.example/github.com/lab/code", None),
        ("https://github.com/lab/co de", None),
    ],
)
def test_only_repositories_of_github_are_asked_for(github, url, name):
    paper(url)
    repositories.refresh(github.client)
    assert github.names == ([name] if name else [])


def test_only_so_many_the_longest_waiting_first_and_some_of_older_papers(github, monkeypatch):
    monkeypatch.setattr(repositories, "MAX_REQUESTS", 5)
    github.stars = {f"lab/{name}": 9 for name in range(9)}
    for number in range(6):
        paper(f"https://github.com/lab/{number}", days=number + 1)
    for number in (6, 7):
        paper(f"https://github.com/lab/{number}", days=number + 30)
    for _ in range(3):
        repositories.refresh(github.client)
    assert [int(name.removeprefix("lab/")) for name in github.names] == [0, 1, 2, 3, 6, 4, 5, 0, 1, 7, 2, 3, 4, 5, 6]


def test_where_little_is_recent_the_others_get_their_turn_and_small_ones_take_two_requests(github, monkeypatch):
    monkeypatch.setattr(repositories, "MAX_REQUESTS", 3)
    github.stars, github.fields = {"lab/0": 9, "lab/1": 9}, {"lab/0": {"size": 0}}
    paper("https://github.com/lab/0")
    for number in (1, 2):
        paper(f"https://github.com/lab/{number}", days=number + 30)
    repositories.refresh(github.client)
    assert github.names == ["lab/0", "lab/0/contents", "lab/1"]


def test_it_waits_a_second_between_and_shows_its_token_to_github_only(github, settings, monkeypatch):
    paper()
    paper("https://github.com/lab/moved", days=2)
    moved = {"Location": "https://huggingface.co/lab"}
    github.stars = {"lab/code": 9, "lab/moved": httpx2.Response(301, headers=moved)}
    repositories.refresh(github.client)
    assert github.sleeps == [1.0]
    assert not any("Authorization" in request.headers for request in github.requests)
    settings.GITHUB_TOKEN, github.requests = "ghp_s3cret", []
    monkeypatch.setattr(repositories, "MAX_REQUESTS_WITH_TOKEN", 2)
    repositories.refresh(github.client)
    sent = {request.url.host: request.headers.get("Authorization") for request in github.requests}
    assert sent == {"api.github.com": "Bearer ghp_s3cret", "huggingface.co": None}


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1757512800"}, "come back in 3600 seconds"),
        ({"Retry-After": "180"}, "come back in 180 seconds"),
    ],
)
@pytest.mark.parametrize("status", [403, 429])
def test_a_limit_ends_the_run_and_the_next_one_goes_on(github, time_machine, headers, words, status):
    time_machine.move_to("2025-09-10T13:00:00Z", tick=False)
    first, second = paper(), paper("https://github.com/lab/limited", days=2)
    github.stars = {"lab/code": 9, "lab/limited": httpx2.Response(status, headers=headers)}
    with pytest.raises(FetchError, match=words):
        repositories.refresh(github.client)
    first.refresh_from_db()
    assert (first.code_stars, len(github.requests)) == (9, 2)
    github.stars["lab/limited"] = 4
    repositories.refresh(Client(httpx2.MockTransport(github.respond), sleep=github.sleeps.append))
    second.refresh_from_db()
    assert second.code_stars == 4


@pytest.mark.parametrize("body", ["<html>", "[]", '{"stargazers_count": null}', "{}"])
def test_what_is_no_repository_is_loud_and_ends_one_run_only(github, monkeypatch, body):
    monkeypatch.setattr(repositories, "MAX_REQUESTS", 1)
    paper()
    other = paper("https://github.com/lab/other", days=2)
    github.stars = {"lab/code": httpx2.Response(200, text=body), "lab/other": 9}
    with pytest.raises(FetchError, match="of lab/code that is no repository"):
        repositories.refresh(github.client)
    assert repositories.refresh(github.client) == 1
    other.refresh_from_db()
    assert other.code_stars == 9


def test_a_wrong_token_is_loud(github, settings):
    settings.GITHUB_TOKEN = "wrong"
    paper()
    github.stars = {"lab/code": httpx2.Response(401)}
    with pytest.raises(FetchError, match="401 Unauthorized"):
        repositories.refresh(github.client)


def test_the_task_says_how_many_changed(github, monkeypatch, caplog):
    paper()
    github.stars = {"lab/code": 9}
    monkeypatch.setattr(tasks, "Client", lambda: github.client)
    tasks.check_repositories(timestamp=0)
    assert "Papers whose repository changed: 1" in caplog.text
