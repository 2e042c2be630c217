"""Search entries and vectors of all papers at once, with texts and models as the site has them.

A vector takes a tenth of a second, so those of one list of texts are kept in var/bench/vectors.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy
from django.core.cache import caches
from django.db import connection, transaction
from pgvector import HalfVector

from bench.state import FOLDER
from papers.models import Paper, SearchEntry, Word
from papers.search import embedding, indexing

_PROGRESS = 500  # texts between two lines about the progress


def complete() -> None:
    """Give every paper its vector, if one lacks it, and count the words, as the worker would in a while."""
    if indexing.stale().exists():
        _write_vectors(lambda paper: f"{paper.title}. {paper.abstract}")  # as indexing.embed() has it
        Word.objects.recount()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # autovacuum would, a minute later


@contextmanager
def without_titles() -> Iterator[None]:
    """For a while no paper has a title: entries, vectors and counts are made from the rest. All in one transaction."""
    caches["searches"].clear()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE papers_searchentry; UPDATE papers_paper SET title = ''")
        papers = list(Paper.objects.prefetch_related("authors"))
        for paper in papers:
            paper.title = ""
        SearchEntry.objects.refresh(papers, {paper.pk: [str(name) for name in paper.authors.all()] for paper in papers})
        _write_vectors(lambda paper: paper.abstract)
        Word.objects.recount()
        cursor.execute("ANALYZE papers_searchentry, papers_embedding, papers_word")
        yield
        transaction.set_rollback(True)
    caches["searches"].clear()


@transaction.atomic
def _write_vectors(text: Callable[[Paper], str]) -> None:
    papers = list(Paper.objects.select_related("entry").order_by("arxiv_id"))
    vectors = _kept([text(paper) for paper in papers])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_indexdef('embedding_near'::regclass)")
        (definition,) = cursor.fetchone()
        cursor.execute("TRUNCATE papers_embedding; DROP INDEX embedding_near")
        with cursor.copy("COPY papers_embedding (paper_id, vector, model, revision) FROM STDIN") as rows:
            for paper, vector in zip(papers, vectors, strict=True):
                rows.write_row((paper.pk, HalfVector(vector).to_text(), embedding.name(), paper.entry.revision))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no index can be made before they are checked
        cursor.execute(definition)


def _kept(texts: Sequence[str]) -> numpy.ndarray:
    """Their vectors, one a row. Made by this model for these texts only once."""
    path = kept_at(texts)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        numpy.save(path, numpy.stack(list(_made(texts))))
    return numpy.load(path)


def kept_at(texts: Sequence[str]) -> Path:
    digest = hashlib.blake2b("\0".join(texts).encode(), digest_size=12).hexdigest()
    return FOLDER / "vectors" / f"{embedding.name().replace(' ', '-')}-{digest}.npy"


def _made(texts: Sequence[str]) -> Iterator[numpy.ndarray]:
    print(f"{len(texts):,} vectors are made now, which takes a quarter of an hour; they are kept.")
    for count, text in enumerate(texts, 1):
        yield from embedding.embedder().embed([text])
        if count % _PROGRESS == 0:
            print(f"{count:,} of {len(texts):,}")
