"""Papers that are requested from the Hub one by one: `GET /api/papers/{id}`, which also lists their artefacts."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from papers.ingest import hub
from papers.ingest.client import Client, NotAccessible
from papers.ingest.following import FOLLOWED_DAYS, MAX_ETAG
from papers.ingest.milestone import Milestone
from papers.ingest.problem import Problem
from papers.ingest.record import PaperRecord
from papers.models import Fetched, Paper
from papers.sites import HUB

MAX_A_RUN = 200  # requests of a run, each of which takes a second
RECENT_DAYS = 3  # whose papers are requested again, since most models and datasets come in these days
PAUSE = timedelta(hours=5, minutes=30)  # between two requests of a paper


def recent(day: date) -> list[str]:
    """Return the ids of the papers that were listed on this day or later, newest first.

    At the Hub, only those that came from there, which have an Origin; another site may have any.
    """
    papers = Paper.objects.since(day)
    if settings.HUB_URL == HUB:
        papers = papers.filter(origin__isnull=False)
    return list(papers.order_by("-listed_at", "-pk").values_list("arxiv_id", flat=True))


def due(now: datetime) -> list[str]:
    """Return the ids of up to MAX_A_RUN papers that are to be requested from the site that is followed.

    Those that never were come first, the latest first, then those of the last RECENT_DAYS for which it is longest ago.
    Of papers that are not known to be at the Hub, none is requested there; another Broadsheet may have any.
    """
    papers = Paper.objects.since((now - timedelta(days=FOLLOWED_DAYS - 1)).date()).order_by("-listed_at", "-pk")
    if settings.HUB_URL == HUB:
        papers = papers.filter(origin__isnull=False)
    begin = (now - timedelta(days=RECENT_DAYS - 1)).date()
    days = dict(papers.values_list("arxiv_id", "listed_on"))
    answers = Fetched.objects.filter(address__in=list(map(_url, days)))
    fetched = dict(answers.values_list("address", "fetched_at"))
    found = [(fetched.get(_url(arxiv_id)), arxiv_id, listed_on) for arxiv_id, listed_on in days.items()]
    new = [arxiv_id for moment, arxiv_id, _ in found if moment is None]
    again = sorted(
        (moment, arxiv_id)
        for moment, arxiv_id, listed_on in found
        if moment and listed_on >= begin and now - moment >= PAUSE
    )
    return [*new, *(arxiv_id for _, arxiv_id in again)][:MAX_A_RUN]


def read(arxiv_id: str, client: Client) -> Iterator[PaperRecord | Problem | Milestone]:
    """Yield this paper, if its answer has changed since it was imported, and a Milestone. Raises FetchError.

    A site that lacks the paper yields only the Milestone.
    """
    url = _url(arxiv_id)
    answer = Fetched.objects.filter(address=url).first() or Fetched(address=url)
    try:
        response = client.get(url, {"If-None-Match": answer.etag} if answer.etag else None)
    except NotAccessible:
        answer.etag = ""
    else:
        if response.body is not None:
            yield from hub.parse(response.body, url, settings.HUB_URL)
            answer.etag = response.etag if len(response.etag) <= MAX_ETAG else ""
    answer.fetched_at = timezone.now()
    yield Milestone((answer,))


def fetch(arxiv_ids: Iterable[str], client: Client) -> Iterator[PaperRecord | Problem]:
    """Yield these papers, with one request for each, and a Problem for each that the Hub lacks. Raises FetchError."""
    for arxiv_id in arxiv_ids:
        url = _url(arxiv_id)
        try:
            body = client.get(url).body
        except NotAccessible as error:
            yield Problem(arxiv_id, None, str(error))
        else:
            yield from hub.parse(body, url, settings.HUB_URL)


def _url(arxiv_id: str) -> str:
    return f"{settings.HUB_URL}/api/papers/{arxiv_id}"
