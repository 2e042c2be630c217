"""What the worker imports by itself, when settings name a time: the Hub's list of the day, arXiv's categories."""

import logging
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import batched

from django.utils import timezone

from papers.ingest import arxiv, hub
from papers.ingest.client import Client, FetchError
from papers.ingest.record import PaperRecord, Problem
from papers.ingest.save import Tally, save

DAYS = 3  # back in a category of arXiv, so that a weekend or a failed run leaves no gap
BATCH = 100  # records, as many as a page has: what came before a break is kept

logger = logging.getLogger(__name__)


def import_hub(client: Client) -> Tally:
    """Yesterday's list, whose votes still grow, and today's. Raises FetchError."""
    today = hub.today(timezone.now())
    return sum((_take_in(hub.daily(day, client)) for day in (today - timedelta(days=1), today)), Tally())


def import_arxiv(category: str, client: Client) -> Tally:
    """What came into this category in the last days. Raises FetchError."""
    return _take_in(arxiv.recent(category, timezone.now() - timedelta(days=DAYS), client))


def _take_in(items: Iterable[PaperRecord | Problem]) -> Tally:
    return sum((save(batch) for batch in batched(_sound(items), BATCH)), Tally())


def _sound(items: Iterable[PaperRecord | Problem]) -> Iterator[PaperRecord]:
    """The records; a bad one is told in the log, and tomorrow's run will meet it again, so nothing fails for it."""
    for item in items:
        if isinstance(item, PaperRecord):
            yield item
        elif item.position is None:  # the answer as a whole
            raise FetchError(str(item))
        else:
            logger.warning("Not imported: %s", item)
