"""The scheduled imports of the worker: the Hub's daily papers and the new papers of arXiv's categories."""

import logging
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import batched

from django.utils import timezone

from papers.ingest import arxiv, hub
from papers.ingest.client import Client, FetchError
from papers.ingest.problem import Note, Problem
from papers.ingest.record import PaperRecord
from papers.ingest.save import ImportCounts, save
from papers.period import today

DAYS = 3  # of an arXiv category in each run, so that a failed run leaves no gap
BATCH_SIZE = 100  # records, as many as a page has, so that an error loses nothing of the pages before

logger = logging.getLogger(__name__)


def import_hub(client: Client) -> ImportCounts:
    """Import the Hub's lists of yesterday, whose votes still change, and of today. Raises FetchError."""
    latest = hub.today(timezone.now())
    return sum((_save_all(hub.daily(day, client)) for day in (latest - timedelta(days=1), latest)), ImportCounts())


def import_arxiv(category: str, client: Client) -> ImportCounts:
    """Import the papers that arXiv announced in a category in the last `DAYS` days. Raises FetchError."""
    return _save_all(arxiv.announced(category, today() - timedelta(days=DAYS), client))


def _save_all(items: Iterable[PaperRecord | Problem]) -> ImportCounts:
    return sum((save(batch) for batch in batched(_valid_records(items), BATCH_SIZE)), ImportCounts())


def _valid_records(items: Iterable[PaperRecord | Problem]) -> Iterator[PaperRecord]:
    """Yield the records, and log notes and problems of single ones. Raises FetchError for one of a whole source."""
    for item in items:
        if isinstance(item, PaperRecord):
            yield item
        elif isinstance(item, Note):
            logger.info("%s", item)
        elif item.position is None:
            raise FetchError(str(item))
        else:
            logger.warning("Not imported: %s", item)
