"""Following another site: which of its daily lists are requested when, and what of them has changed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from papers.ingest import hub
from papers.ingest.client import Client, FetchError, origin
from papers.ingest.milestone import Milestone
from papers.ingest.problem import Note, Problem
from papers.ingest.record import PaperRecord
from papers.models import Fetched
from papers.sites import HUB

FOLLOWED_DAYS = 30  # also those that were missed while this site or the other one was down
# A list is requested again after this time, by its age in days: the votes of older ones hardly change.
PAUSES = {2: timedelta(0), 7: timedelta(hours=20), FOLLOWED_DAYS: timedelta(days=6, hours=20)}
MAX_ETAG = 200  # characters
MAX_PAGES = 100  # of a list
KEPT = timedelta(days=2 * FOLLOWED_DAYS)  # how long it is kept what was requested, which is longer than any pause


def due(site: str, now: datetime) -> list[str]:
    """Return the addresses of the lists that were not requested for longer than their pause, or never."""
    latest = hub.today(now) if site == HUB else now.astimezone(UTC).date()
    urls = [hub.list_url(site, latest - timedelta(days=age)) for age in range(FOLLOWED_DAYS)]
    fetched = dict(Fetched.objects.filter(address__in=urls).values_list("address", "fetched_at"))
    return [url for age, url in enumerate(urls) if url not in fetched or now - fetched[url] >= _pause(age)]


def _pause(age: int) -> timedelta:
    return next(pause for end, pause in PAUSES.items() if age < end)


def forget(now: datetime) -> None:
    """Delete what is kept of pages that are not requested any more, such as those that had an address only once."""
    Fetched.objects.of_pages().filter(fetched_at__lt=now - KEPT).delete()


def read(url: str, client: Client) -> Iterator[PaperRecord | Problem | Milestone]:
    """Yield the papers at this URL and on the pages after it, of pages that have changed since they were imported.

    A Milestone comes last. Raises FetchError, also for a list of more than MAX_PAGES.
    """
    answers: dict[str, Fetched] = {}
    while url and url not in answers:
        if len(answers) == MAX_PAGES:
            raise FetchError(f"{url} is not fetched: {MAX_PAGES} pages of its list came before it")
        answers[url] = answer = Fetched.objects.filter(address=url).first() or Fetched(address=url)
        response = client.get(url, {"If-None-Match": answer.etag} if answer.etag else None)
        if response.body is not None:
            rows = 0
            for item in hub.parse(response.body, url, origin(url)):
                rows += not isinstance(item, Note)
                yield item
            # A full page without a next one is requested as a whole, since a next one may begin without changing it.
            is_conditional = (response.next_url or rows < hub.PAGE_SIZE) and len(response.etag) <= MAX_ETAG
            answer.etag, answer.next_address = response.etag if is_conditional else "", response.next_url or ""
        answer.fetched_at = timezone.now()
        url = answer.next_address
    yield Milestone(tuple(answers.values()))
