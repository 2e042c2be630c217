"""Papers that are requested from the Hub one by one: `GET /api/papers/{id}`, which also lists their artefacts."""

from collections.abc import Iterable, Iterator
from datetime import date

from django.conf import settings

from papers.ingest import hub
from papers.ingest.client import Client, NotAccessible
from papers.ingest.problem import Problem
from papers.ingest.record import PaperRecord
from papers.models import Paper
from papers.sites import HUB


def recent(day: date) -> list[str]:
    """Return the ids of the papers that were listed on this day or later, newest first.

    At the Hub, only those that came from there, which have an Origin; another site may have any.
    """
    papers = Paper.objects.since(day)
    if settings.HUB_URL == HUB:
        papers = papers.filter(origin__isnull=False)
    return list(papers.order_by("-listed_at", "-pk").values_list("arxiv_id", flat=True))


def fetch(arxiv_ids: Iterable[str], client: Client) -> Iterator[PaperRecord | Problem]:
    """Yield these papers, with one request for each, and a Problem for each that the Hub lacks. Raises FetchError."""
    for arxiv_id in arxiv_ids:
        url = f"{settings.HUB_URL}/api/papers/{arxiv_id}"
        try:
            body = client.get(url).body
        except NotAccessible as error:
            yield Problem(arxiv_id, None, str(error))
        else:
            yield from hub.parse(body, url, settings.HUB_URL)
