"""The scheduled imports of the worker: the papers of the site that is followed, and those of arXiv's categories."""

import logging
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import batched

from django.conf import settings
from django.utils import timezone

from papers.ingest import arxiv, following, hub_papers, milestone
from papers.ingest.client import Client, FetchError, TemporaryError
from papers.ingest.milestone import Milestone
from papers.ingest.problem import Note, Problem
from papers.ingest.record import PaperRecord
from papers.ingest.save import ImportCounts
from papers.period import today

DAYS = 3  # of an arXiv category in each run, so that a failed run leaves no gap
BATCH_SIZE = 100  # records, as many as a page has, so that an error loses nothing of the pages before

logger = logging.getLogger(__name__)


def import_hub(client: Client) -> ImportCounts:
    """Import the lists of the site that is followed that are due, the latest first, then papers. Raises FetchError.

    A list or a paper that cannot be read costs no other one. A site that asks to come back later is not requested
    further.
    """
    following.forget(timezone.now())
    counts, errors = ImportCounts(), []
    for items in _answers(client):
        try:
            counts += _save_all(items)
        except TemporaryError:
            raise
        except FetchError as error:
            errors.append(error)
    if errors:
        raise errors[0]
    return counts


def _answers(client: Client) -> Iterator[Iterator[PaperRecord | Milestone | Problem]]:
    """Yield the items of each list that is due, and then those of each paper that is, also of the lists before."""
    for url in following.due(settings.HUB_URL, timezone.now()):
        yield following.read(url, client)
    for arxiv_id in hub_papers.due(timezone.now()):
        yield hub_papers.read(arxiv_id, client)


def import_arxiv(category: str, client: Client) -> ImportCounts:
    """Import the papers that arXiv announced in a category in the last `DAYS` days. Raises FetchError."""
    return _save_all(arxiv.announced(category, today() - timedelta(days=DAYS), client))


def _save_all(items: Iterable[PaperRecord | Milestone | Problem]) -> ImportCounts:
    return sum((milestone.save(batch) for batch in batched(_valid_items(items), BATCH_SIZE)), ImportCounts())


def _valid_items(items: Iterable[PaperRecord | Milestone | Problem]) -> Iterator[PaperRecord | Milestone]:
    """Yield all but notes and problems of single records, which are logged. Raises FetchError for a whole source."""
    for item in items:
        if isinstance(item, PaperRecord | Milestone):
            yield item
        elif isinstance(item, Note):
            logger.info("%s", item)
        elif item.position is None:
            raise FetchError(str(item))
        else:
            logger.warning("Not imported: %s", item)
