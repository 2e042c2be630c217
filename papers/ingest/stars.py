"""The star counts of recent papers' repositories, from GitHub's REST API.

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
from django.utils import timezone

from papers.ingest.client import Client, FetchError, NotAccessible, Response
from papers.models import Paper

PAPER_AGE_DAYS = 30  # of the papers whose stars are updated
CACHE_SECONDS = 60 * 24 * 3600
# Requests in one run, which should end within the hour. GitHub allows 60 an hour without a token and 5,000 with one.
MAX_REQUESTS, MAX_REQUESTS_WITH_TOKEN = 50, 500
# Neither an owner nor a name begins with a dot, which could change the path of the request.
REPOSITORY = re.compile(r"https?://(?:www\.)?github\.com/([\w-]+/[\w-][\w.-]*?)(?:\.git)?/?(?:[/?#].*)?", re.ASCII)


def refresh(client: Client) -> int:
    """Update the stars of the repositories that were requested least recently; return how many papers changed.

    Papers of a repository that is gone or private keep their last count. Raises FetchError, after which the updates
    before it remain.
    """
    papers = _repositories()
    cached = caches["default"].get_many([_cache_key(name) for name in papers])
    oldest_first = sorted(papers, key=lambda name: cached.get(_cache_key(name), {}).get("requested_at", 0))
    changed = 0
    for name in oldest_first[: MAX_REQUESTS_WITH_TOKEN if settings.GITHUB_TOKEN else MAX_REQUESTS]:
        data = cached.get(_cache_key(name), {})
        try:
            data = _fetch(name, data, client)
        finally:  # so that a repository that fails a run comes last in the next one
            caches["default"].set(_cache_key(name), data | {"requested_at": time.time()}, CACHE_SECONDS)
        if "stars" in data:
            rows = Paper.objects.exclude(code_stars=data["stars"])
            changed += rows.touch(papers[name], code_stars=data["stars"])
    return changed


def _repositories() -> dict[str, list[int]]:
    """Return the ids of the papers of each repository `owner/name`, the repository of the latest paper first."""
    since = timezone.now().date() - timedelta(days=PAPER_AGE_DAYS)
    recent = Paper.objects.filter(listed_on__gt=since, code_url__icontains="github.com/").order_by("-listed_at")
    papers = defaultdict(list)
    for pk, url in recent.values_list("pk", "code_url"):
        if match := REPOSITORY.fullmatch(url):
            papers[match[1].lower()].append(pk)
    return papers


def _fetch(name: str, cached: dict, client: Client) -> dict:
    """Return `stars` and `etag` of a repository, or {} if it is not accessible. Raises FetchError."""
    headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
    if settings.GITHUB_TOKEN:
        headers["Authorization"] = f"Bearer {settings.GITHUB_TOKEN}"
    if cached.get("etag"):
        headers["If-None-Match"] = cached["etag"]
    try:
        response = client.get(f"https://api.github.com/repos/{name}", headers)
    except NotAccessible:
        return {}
    return cached if response.body is None else {"stars": _parse_stars(name, response), "etag": response.etag}


def _parse_stars(name: str, response: Response) -> int:
    try:
        return max(0, int(json.loads(response.body)["stargazers_count"]))
    except (ValueError, TypeError, KeyError) as error:
        raise FetchError(f"GitHub answered something of {name} that is no repository: {error!r}") from None


def _cache_key(name: str) -> str:
    return f"github-{name}"
