"""Stars of repositories: requests to GitHub's API within its limits, and updates only where the number changed."""

from datetime import timedelta

import httpx2
import pytest
from django.core.cache import caches
from django.utils import timezone

from papers.ingest import stars, tasks
from papers.ingest.client import Client, FetchError
from papers.models import Paper
from tests.factories import PaperFactory


class GitHub:
    """A fake of GitHub's API. `stars` has the number, status or response of each repository by its name."""

    def __init__(self):
        self.stars, self.requests, self.sleeps = {}, [], []
        self.client = Client(httpx2.MockTransport(self.respond), sleep=self.sleeps.append, clock=lambda: 0)

    def respond(self, request):
        self.requests.append(request)
        stars = self.stars.get(request.url.path.removeprefix("/repos/"), 404)
        if isinstance(stars, httpx2.Response):
            return stars
        if stars == 404:
            return httpx2.Response(404, json={"message": "Not Found"})
        etag = f'W/"{stars}"'
        if request.headers.get("If-None-Match") == etag:
            return httpx2.Response(304, headers={"ETag": etag})
        return httpx2.Response(200, json={"stargazers_count": stars}, headers={"ETag": etag})

    @property
    def names(self):
        return [request.url.path.removeprefix("/repos/") for request in self.requests]


@pytest.fixture
def github(db, settings):
    settings.GITHUB_TOKEN = ""
    caches["default"].clear()
    return GitHub()


def paper(url="https://github.com/lab/code", days=1, **fields) -> Paper:
    return PaperFactory(code_url=url, listed_at=timezone.now() - timedelta(days=days), **fields)


def test_stars_are_written_where_they_changed(github):
    first, same, unknown = paper(code_stars=1), paper("https://github.com/lab/same", code_stars=5), paper()
    github.stars = {"lab/code": 9, "lab/same": 5}
    assert stars.refresh(github.client) == 2
    assert list(Paper.objects.order_by("pk").values_list("code_stars", "revision")) == [
        (9, first.revision + 1),
        (5, same.revision),
        (9, unknown.revision + 1),
    ]
    assert sorted(github.names) == ["lab/code", "lab/same"]  # two papers, one repository
    assert stars.refresh(github.client) == 0


def test_asking_again_costs_nothing_until_it_changed(github):
    one = paper()
    github.stars = {"lab/code": 9}
    stars.refresh(github.client)
    Paper.objects.update(code_stars=3)  # as another source counted
    stars.refresh(github.client)
    assert github.requests[1].headers["If-None-Match"] == 'W/"9"'
    one.refresh_from_db()
    assert one.code_stars == 9
    github.stars = {"lab/code": 10}
    stars.refresh(github.client)
    one.refresh_from_db()
    assert one.code_stars == 10


@pytest.mark.parametrize(
    "response", [404, httpx2.Response(451), httpx2.Response(403, json={"message": "Repository access blocked"})]
)
def test_a_repository_that_is_gone_leaves_the_last_count(github, response):
    gone = paper(code_stars=7)
    github.stars = {"lab/code": response}
    assert stars.refresh(github.client) == 0
    gone.refresh_from_db()
    assert (gone.code_stars, gone.revision) == (7, 0)


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
    stars.refresh(github.client)
    assert github.names == ([name] if name else [])


def test_only_recent_papers_and_only_so_many_the_longest_waiting_first(github, monkeypatch):
    monkeypatch.setattr(stars, "MAX_REQUESTS", 2)
    paper("https://github.com/lab/old", days=31)
    for number in range(5):
        paper(f"https://github.com/lab/{number}", days=number + 1)
    for _ in range(3):
        stars.refresh(github.client)
    assert github.names == [f"lab/{number}" for number in (0, 1, 2, 3, 4, 0)]


def test_it_waits_a_second_between_and_shows_its_token_to_github_only(github, settings, monkeypatch):
    paper()
    paper("https://github.com/lab/moved", days=2)
    moved = {"Location": "https://huggingface.co/lab"}
    github.stars = {"lab/code": 9, "lab/moved": httpx2.Response(301, headers=moved)}
    stars.refresh(github.client)
    assert github.sleeps == [1.0]
    assert not any("Authorization" in request.headers for request in github.requests)
    settings.GITHUB_TOKEN, github.requests = "ghp_s3cret", []
    monkeypatch.setattr(stars, "MAX_REQUESTS_WITH_TOKEN", 2)
    stars.refresh(github.client)
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
        stars.refresh(github.client)
    first.refresh_from_db()
    assert (first.code_stars, len(github.requests)) == (9, 2)
    github.stars["lab/limited"] = 4
    stars.refresh(Client(httpx2.MockTransport(github.respond), sleep=github.sleeps.append))
    second.refresh_from_db()
    assert second.code_stars == 4


@pytest.mark.parametrize("body", ["<html>", "[]", '{"stargazers_count": null}', "{}"])
def test_what_is_no_repository_is_loud_and_ends_one_run_only(github, monkeypatch, body):
    monkeypatch.setattr(stars, "MAX_REQUESTS", 1)
    paper()
    other = paper("https://github.com/lab/other", days=2)
    github.stars = {"lab/code": httpx2.Response(200, text=body), "lab/other": 9}
    with pytest.raises(FetchError, match="of lab/code that is no repository"):
        stars.refresh(github.client)
    assert stars.refresh(github.client) == 1
    other.refresh_from_db()
    assert other.code_stars == 9


def test_a_wrong_token_is_loud(github, settings):
    settings.GITHUB_TOKEN = "wrong"
    paper()
    github.stars = {"lab/code": httpx2.Response(401)}
    with pytest.raises(FetchError, match="401 Unauthorized"):
        stars.refresh(github.client)


def test_the_task_tells_how_many_changed(github, monkeypatch, caplog):
    paper()
    github.stars = {"lab/code": 9}
    monkeypatch.setattr(tasks, "Client", lambda: github.client)
    tasks.refresh_stars(timestamp=0)
    assert "Papers with another number of stars: 1" in caplog.text
