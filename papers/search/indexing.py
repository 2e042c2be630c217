"""Updates the data of the search: the vector of each paper, and the number of papers that have each word."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from itertools import batched, islice

import numpy
from django.db import IntegrityError
from django.db.models import Exists, OuterRef, QuerySet

from lib.tex import plain
from papers.models import Embedding, SearchEntry, Word
from papers.search import embedding

BATCH = 100  # papers that are read at once
MAX_FAILURES = 3  # in a row, after which no more texts are tried

logger = logging.getLogger(__name__)


def recount() -> int:
    """Count the words again if the number of papers has changed much, and return their number; otherwise return 0."""
    return Word.objects.recount() if Word.objects.is_outdated() else 0


def stale() -> QuerySet[SearchEntry]:
    """The search entries of papers that have no vector, or one of another model or of an earlier text."""
    current = Embedding.objects.filter(model=embedding.model_name(), revision=OuterRef("revision"))
    return SearchEntry.objects.filter(~Exists(current.filter(paper=OuterRef("paper"))))


def waiting() -> int:
    """The number of stale entries; 0 without a model or without pgvector."""
    return stale().count() if _makes_vectors() else 0


def embed(limit: int | None = None, on_each: Callable[[], object] = lambda: None, threads: int = 1) -> int:
    """Make the vectors of stale entries, newest paper first, call `on_each` after each, and return their number.

    So many threads make vectors, and each one is saved as soon as those before it are. Without a model or without
    pgvector, none is made. Texts for which no vector can be made are skipped. Raises Unavailable after MAX_FAILURES in
    a row, or if all texts failed.
    """
    if not _makes_vectors():
        return 0
    count, failures = 0, []
    with closing(_vectors(islice(_newest_first(stale()), limit), threads)) as vectors:
        for entry, vector in vectors:
            try:
                _save(entry, vector.result())
            except embedding.Unavailable as error:
                failures.append(error)
                if len(failures) == MAX_FAILURES:
                    raise
                logger.exception("Paper %s got no vector.", entry.pk)
                continue
            failures.clear()
            on_each()
            count += 1
    if failures and not count:
        raise failures[-1]
    return count


def _makes_vectors() -> bool:
    return embedding.embedder() is not None and Embedding.objects.is_ready()


def _newest_first(entries: QuerySet[SearchEntry]) -> Iterator[SearchEntry]:
    """Each entry once. They are read in batches, since a cursor would keep a transaction open meanwhile."""
    entries = entries.select_related("paper").only("revision", "paper__title", "paper__abstract").order_by("-pk")
    batch = list(entries[:BATCH])
    while batch:
        yield from batch
        batch = list(entries.filter(pk__lt=batch[-1].pk)[:BATCH])


def _vectors(entries: Iterator[SearchEntry], threads: int) -> Iterator[tuple[SearchEntry, Future]]:
    """Each entry with its vector, which a thread is making. Closing this drops those that no thread has begun."""
    pool = ThreadPoolExecutor(threads)
    try:
        for batch in batched(entries, BATCH):
            vectors = [pool.submit(_vector, entry) for entry in batch]
            yield from zip(batch, vectors, strict=True)
    finally:
        pool.shutdown(cancel_futures=True)


def _vector(entry: SearchEntry) -> numpy.ndarray:
    [vector] = embedding.embedder().embed([f"{plain(entry.paper.title)}. {plain(entry.paper.abstract)}"])
    return vector


def _save(entry: SearchEntry, vector: numpy.ndarray) -> None:
    with suppress(IntegrityError):  # the paper was deleted, or another process was faster
        Embedding(paper=entry.paper, vector=vector, model=embedding.model_name(), revision=entry.revision).save()
