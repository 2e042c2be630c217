"""Keeps what search needs up to date: the vector of every paper, and how common every word is."""

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice

from django.db import IntegrityError
from django.db.models import Exists, OuterRef, QuerySet

from papers.models import Embedding, SearchEntry, Word
from papers.search import embedding

BATCH = 100  # papers read at once
PATIENCE = 3  # failures in a row that mean that no vectors are to be had

logger = logging.getLogger(__name__)


def recount() -> int:
    """Count the words anew if the papers have changed much since; returns how many words there are then, else 0."""
    return Word.objects.recount() if Word.objects.is_outdated() else 0


def stale() -> QuerySet[SearchEntry]:
    """Entries of the papers that have no vector, or one of another model or of an earlier text."""
    fresh = Embedding.objects.filter(paper=OuterRef("paper"), model=embedding.name(), revision=OuterRef("revision"))
    return SearchEntry.objects.filter(~Exists(fresh))


def embed(limit: int | None = None, each: Callable[[], object] = lambda: None) -> int:
    """Give stale papers their vectors, the newest first, and call `each` after each; returns how many those were.

    Every vector is kept as soon as it is made, so an end at any moment loses nothing. None is made without a model
    or without pgvector. A text that a service refuses is passed over; raises Unavailable after PATIENCE in a row,
    and if there is nothing else to do.
    """
    if embedding.embedder() is None or not Embedding.objects.is_ready():
        return 0
    count, refused = 0, []
    for entry in islice(_newest_first(stale()), limit):
        try:
            _embed(entry)
        except embedding.Unavailable as error:
            refused.append(error)
            if len(refused) == PATIENCE:
                raise
            logger.exception("Paper %s got no vector.", entry.pk)
            continue
        refused.clear()
        each()
        count += 1
    if refused and not count:
        raise refused[-1]
    return count


def _newest_first(entries: QuerySet[SearchEntry]) -> Iterator[SearchEntry]:
    """Each once, whatever becomes of it; in batches, since a cursor would keep a transaction open all the while."""
    entries = entries.select_related("paper").only("revision", "paper__title", "paper__abstract").order_by("-pk")
    batch = list(entries[:BATCH])
    while batch:
        yield from batch
        batch = list(entries.filter(pk__lt=batch[-1].pk)[:BATCH])


def _embed(entry: SearchEntry) -> None:
    [vector] = embedding.embedder().embed([f"{entry.paper.title}. {entry.paper.abstract}"])
    with suppress(IntegrityError):  # the paper is gone, or another process was faster
        Embedding(paper=entry.paper, vector=vector, model=embedding.name(), revision=entry.revision).save()
