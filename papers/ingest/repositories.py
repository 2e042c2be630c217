"""How the repositories of papers are found on GitHub: stars, licence, and whether they are archived, empty or gone.

`GET /repos/{owner}/{repo}`: https://docs.github.com/en/rest/repos/repos#get-a-repository. Responses are cached with
their ETags, since a conditional request that is answered 304 does not count against the rate limit of a token.
"""

import json
import re
import time
from collections import defaultdict
from datetime import timedelta

from django.conf import settings
from django.core.cache import caches
from django.db.models import F
from django.utils import timezone

from lib.text import one_line
from papers.ingest.client import Client, FetchError, NotAccessible, Response
from papers.models import CodeState, Paper
from papers.models.links import MAX_LICENCE

PAPER_AGE_DAYS = 30  # of the papers whose repositories are requested first
OLDER_SHARE = 5  # one of this many requests is for a repository of older papers alone
CACHE_SECONDS = 60 * 24 * 3600
# Requests in one run, which should end within the hour. GitHub allows 60 an hour without a token and 5,000 with one.
MAX_REQUESTS, MAX_REQUESTS_WITH_TOKEN = 50, 500
# A repository is dead if it is not found twice, so long apart that both were not the same disturbance.
MISSING_SECONDS = 20 * 3600
GONE = {404, 410, 451}
SMALL_KB = 20  # the size up to which it is worth a request whether a repository has any code
# Neither an owner nor a name begins with a dot, which could change the path of the request.
REPOSITORY = re.compile(r"https?://(?:www\.)?github\.com/([\w-]+/[\w-][\w.-]*?)(?:\.git)?/?(?:[/?#].*)?", re.ASCII)
# Files that a repository has before it has code.
_PREFACE = re.compile(r"(?:readme|licen[cs]e|citation|contributing|code_of_conduct|\.git\w*)(?:\.\w+)?", re.IGNORECASE)

type Repositories = dict[str, dict[int, str]]  # `owner/name` → the papers' ids → their code links


def github_headers(accept: str = "application/vnd.github+json") -> dict[str, str]:
    """The headers of a request to GitHub's API, with the token of the settings if there is one."""
    headers = {"Accept": accept, "X-GitHub-Api-Version": "2022-11-28"}
    if settings.GITHUB_TOKEN:
        headers["Authorization"] = f"Bearer {settings.GITHUB_TOKEN}"
    return headers


class _GitHub:
    """GitHub's API, which counts the requests."""

    def __init__(self, client: Client) -> None:
        self._client, self.requests = client, 0

    def get(self, path: str, etag: str = "") -> Response:
        """Raises FetchError."""
        condition = {"If-None-Match": etag} if etag else {}
        self.requests += 1
        return self._client.get(f"https://api.github.com/repos/{path}", github_headers() | condition)


def refresh(client: Client) -> int:
    """Request the repositories that were requested least recently; return how many papers changed.

    A repository is dead once it was not found twice. What else was found of it remains then. Raises FetchError, after
    which the updates before it remain.
    """
    github, cache, changed = _GitHub(client), caches["default"], 0
    limit = MAX_REQUESTS_WITH_TOKEN if settings.GITHUB_TOKEN else MAX_REQUESTS
    recent, older = _repositories()
    share = min(len(older), limit // OLDER_SHARE)
    for name, papers in [*_first(recent, limit - share), *_first(older, max(share, limit - len(recent)))]:
        if github.requests >= limit:
            break
        links = Paper.objects.filter(pk__in=papers, code_url__in=papers.values())  # unless they were changed meanwhile
        try:
            data = _fetch(name, cache.get(_cache_key(name), {}), github)
        finally:  # so that a repository that fails a run comes last in the next one
            links.update(code_checked_at=timezone.now())
        cache.set(_cache_key(name), data, CACHE_SECONDS)
        if changes := _changes(data):
            changed += links.exclude(**changes).touch(papers, **changes)
    return changed


def _repositories() -> tuple[Repositories, Repositories]:
    """Return those of recent papers and those of older papers alone, the one requested least recently first."""
    first_day = timezone.now().date() - timedelta(days=PAPER_AGE_DAYS)
    papers = Paper.objects.filter(code_url__icontains="github.com/")
    oldest_first = papers.order_by(F("code_checked_at").asc(nulls_first=True), "-listed_at")
    found, recent = defaultdict(dict), set()
    for pk, url, day in oldest_first.values_list("pk", "code_url", "listed_on"):
        if match := REPOSITORY.fullmatch(url):
            name = match[1].lower()
            found[name][pk] = url
            if day > first_day:
                recent.add(name)
    return {name: found[name] for name in found if name in recent}, {n: found[n] for n in found if n not in recent}


def _first(repositories: Repositories, limit: int) -> list[tuple[str, dict[int, str]]]:
    return list(repositories.items())[:limit]


def _fetch(name: str, cached: dict, github: _GitHub) -> dict:
    """Return what is found of a repository, with its ETag, or since when it is missing. Raises FetchError."""
    try:
        response = github.get(name, cached.get("etag", ""))
    except NotAccessible as error:
        return {"missing_since": cached.get("missing_since", time.time())} if error.status in GONE else cached
    if response.body is None:
        return cached
    try:
        data = json.loads(response.body)
        found = {"stars": max(0, int(data["stargazers_count"])), "licence": _licence(data.get("license"))}
        is_small = int(data.get("size", SMALL_KB + 1)) <= SMALL_KB
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise FetchError(f"GitHub answered something of {name} that is no repository: {error!r}") from None
    state = CodeState.ARCHIVED if data.get("archived") else CodeState.LIVING
    if is_small and not _has_code(name, github):
        state = CodeState.EMPTY
    return found | {"state": state.value, "etag": response.etag}


def _licence(data: dict | None) -> str:
    """Return the SPDX id of a licence, or "" if GitHub does not recognise it."""
    spdx_id = str((data or {}).get("spdx_id") or "")
    return "" if spdx_id == "NOASSERTION" else one_line(spdx_id)[:MAX_LICENCE]


def _has_code(name: str, github: _GitHub) -> bool:
    """Return whether a repository has more at its top than a README and a licence. Raises FetchError."""
    try:
        files = json.loads(github.get(f"{name}/contents").body)
        return not all(_PREFACE.fullmatch(file["name"]) for file in files)
    except NotAccessible as error:
        return error.status not in GONE  # GitHub answers 404 for a repository without any commit
    except (ValueError, TypeError, KeyError) as error:
        raise FetchError(f"GitHub answered something of {name} that are no files: {error!r}") from None


def _changes(data: dict) -> dict:
    """Return the columns of papers that follow from what was found."""
    if "stars" in data:
        return {"code_stars": data["stars"], "code_state": data["state"], "code_licence": data["licence"]}
    is_dead = time.time() - data.get("missing_since", time.time()) >= MISSING_SECONDS
    return {"code_state": CodeState.DEAD} if is_dead else {}


def _cache_key(name: str) -> str:
    return f"repository-{name}"
