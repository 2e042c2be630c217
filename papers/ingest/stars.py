"""How many stars the repositories of recent papers have, as GitHub's REST API tells it.

`GET /repos/{owner}/{repo}`: https://docs.github.com/en/rest/repos/repos#get-a-repository. What it told stays in the
cache with its ETag, so that asking again costs GitHub, and with a token the hour's limit, nothing until it changed.
"""

import json
import re
import time
from collections import defaultdict
from datetime import timedelta

from django.conf import settings
from django.core.cache import caches
from django.utils import timezone

from papers.ingest.client import Answer, Client, FetchError, Refused
from papers.models import Paper

DAYS = 30  # papers listed within
KEPT = 60 * 24 * 3600  # seconds
# Requests a run: an hour has 60 without a token, and 5,000 with one. A run must not last for hours either.
FEW, MANY = 50, 500
# Neither an owner nor a name begins with a dot, which could lead the request elsewhere.
REPOSITORY = re.compile(r"https?://(?:www\.)?github\.com/([\w-]+/[\w-][\w.-]*?)(?:\.git)?/?(?:[/?#].*)?", re.ASCII)


def refresh(client: Client) -> int:
    """Ask for the repositories that were not asked for the longest; returns how many papers changed.

    A repository that is gone, or not public any more, leaves its papers the last count. Raises FetchError, once all
    that was told before is written.
    """
    papers = _repositories()
    known = caches["default"].get_many([_key(name) for name in papers])
    oldest_first = sorted(papers, key=lambda name: known.get(_key(name), {}).get("asked", 0))
    changed = 0
    for name in oldest_first[: MANY if settings.GITHUB_TOKEN else FEW]:
        told = known.get(_key(name), {})
        try:
            told = _ask(name, told, client)
        finally:  # one that breaks a run does not break the next one, too
            caches["default"].set(_key(name), told | {"asked": time.time()}, KEPT)
        changed += _write(papers[name], told.get("stars"))
    return changed


def _repositories() -> dict[str, list[int]]:
    """`owner/repo` → the ids of the papers that name it; the latest papers first."""
    since = timezone.now().date() - timedelta(days=DAYS)
    recent = Paper.objects.filter(listed_on__gt=since, code_url__icontains="github.com/").order_by("-listed_at")
    found = defaultdict(list)
    for pk, url in recent.values_list("pk", "code_url"):
        if match := REPOSITORY.fullmatch(url):
            found[match[1].lower()].append(pk)
    return found


def _ask(name: str, known: dict, client: Client) -> dict:
    """`stars` and `etag` of the repository, as far as they were ever told. Raises FetchError."""
    headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
    if settings.GITHUB_TOKEN:
        headers["Authorization"] = f"Bearer {settings.GITHUB_TOKEN}"
    if known.get("etag"):
        headers["If-None-Match"] = known["etag"]
    try:
        answer = client.ask(f"https://api.github.com/repos/{name}", headers)
    except Refused:
        return {}
    return known if answer.body is None else {"stars": _stars(name, answer), "etag": answer.etag}


def _stars(name: str, answer: Answer) -> int:
    try:
        return max(0, int(json.loads(answer.body)["stargazers_count"]))
    except (ValueError, TypeError, KeyError) as error:
        raise FetchError(f"GitHub answered something of {name} that is no repository: {error!r}") from None


def _write(pks: list[int], stars: int | None) -> int:
    if stars is None:
        return 0
    return Paper.objects.exclude(code_stars=stars).touch(pks, code_stars=stars)


def _key(name: str) -> str:
    return f"github-{name}"
