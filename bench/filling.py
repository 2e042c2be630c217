"""Fills a database with synthetic papers by COPY, and tells what that took and what its tables and indexes take."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy
from django.core.management import call_command
from django.db import connection
from numpy.random import default_rng

from bench import database, synthetic
from bench.report import table
from orgs.models import Organisation
from papers.models import Day, Embedding, Paper, SearchEntry, Word
from papers.search import embedding

BATCH = 10_000
ORGANISATIONS = 500
_TABLES = ["papers_paper", "papers_affiliation", "papers_searchentry", "papers_embedding", "papers_word"]
_INDEXES = ["entry_words", "entry_topics", "embedding_near"]  # made when all rows are there
_FOR_INDEXES = "SET maintenance_work_mem = '4GB'; SET max_parallel_maintenance_workers = 1"
_AFFILIATE = """
    INSERT INTO papers_affiliation (paper_id, organisation_id, state, since, is_guess, reason)
    SELECT id, organisation_id, 'accepted', listed_at, true, '' FROM papers_paper
"""
_FIELDS = [field for field in Paper._meta.concrete_fields if not field.generated]


def fill(number: int, files: Iterable[Path]) -> None:
    """This many papers with entries, vectors and word counts, and no others; kept if they are there already."""
    call_command("prepare")
    database.lift_limits()
    took = Counter()
    if not (Word.objects.exists() and SearchEntry.objects.count() == Embedding.objects.count() == number):
        _fill(number, synthetic.urns(files), took)
    _warm()
    rows = [(name, took.get(name), _megabytes(name)) for name in (*_TABLES, *_INDEXES)]
    print(table([f"{number:,} papers", "seconds to make", "MB"], rows))


def _fill(number: int, urns: synthetic.Urns, took: Counter) -> None:
    slugs = [f"organisation-{place}" for place in range(1, ORGANISATIONS + 1)]
    made = Organisation.objects.ensure({slug: slug.title() for slug in slugs})
    organisations, model, random = [made[slug].pk for slug in slugs], embedding.embedder(), default_rng(0)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE papers_paper CASCADE")
        with _indexes_afterwards(cursor, took):
            for first in range(1, number + 1, BATCH):
                keys = range(first, min(first + BATCH, number + 1))
                papers = synthetic.papers(urns, organisations, random, keys)
                with _timed(took, "papers_paper"):
                    _copy_papers(cursor, papers)
                with _timed(took, "papers_searchentry"):
                    SearchEntry.objects.refresh(papers, {paper.pk: paper.names for paper in papers})
                with _timed(took, "papers_embedding"):
                    _copy_vectors(cursor, keys, model.draw(random, len(keys)))
                print(f"{keys[-1]:,} of {number:,} papers")
        with _timed(took, "papers_affiliation"):
            cursor.execute(_AFFILIATE)
        with _timed(took, "papers_word"):
            Word.objects.recount()
        Day.objects.recount()
        cursor.execute("VACUUM ANALYZE")


@contextmanager
def _indexes_afterwards(cursor, took: Counter) -> Iterator[None]:
    cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE indexname = ANY(%s)", [_INDEXES])
    definitions = dict(cursor.fetchall())
    cursor.execute("DROP INDEX " + ", ".join(definitions))
    yield
    cursor.execute(_FOR_INDEXES)
    for name, definition in definitions.items():
        print(f"Index {name} is being made.")
        with _timed(took, name):
            cursor.execute(definition)


@contextmanager
def _timed(took: Counter, name: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    took[name] += time.perf_counter() - started


def _copy_papers(cursor, papers: Iterable[Paper]) -> None:
    columns = ", ".join(field.column for field in _FIELDS)
    with cursor.copy(f"COPY papers_paper ({columns}) FROM STDIN") as rows:
        for paper in papers:
            rows.write_row([getattr(paper, field.attname) for field in _FIELDS])


def _copy_vectors(cursor, keys: range, vectors: numpy.ndarray) -> None:
    """In the binary form of COPY (https://www.postgresql.org/docs/18/sql-copy.html) and of pgvector's halfvec."""
    number, dimensions = vectors.shape
    name = embedding.model_name().encode()
    row = numpy.dtype(
        [
            ("columns", ">i2"),
            ("id_bytes", ">i4"),
            ("id", ">i8"),
            ("vector_bytes", ">i4"),
            ("dimensions", ">i2"),
            ("unused", ">i2"),
            ("vector", ">f2", dimensions),
            ("model_bytes", ">i4"),
            ("model", f"S{len(name)}"),
            ("revision_bytes", ">i4"),
            ("revision", ">i4"),
        ]
    )
    rows = numpy.zeros(number, row)
    rows["columns"], rows["revision"], rows["model"], rows["dimensions"] = 4, 1, name, dimensions
    rows["id"], rows["vector"] = keys, vectors
    rows["id_bytes"], rows["vector_bytes"], rows["model_bytes"], rows["revision_bytes"] = (
        8,
        4 + 2 * dimensions,
        len(name),
        4,
    )
    with cursor.copy("COPY papers_embedding (paper_id, vector, model, revision) FROM STDIN (FORMAT binary)") as copy:
        copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows.tobytes() + b"\xff\xff")


def _warm() -> None:
    """Read all into memory, as it is after a while."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
        cursor.execute("SELECT pg_prewarm(oid) FROM pg_class WHERE relkind IN ('r', 'i', 't') AND relnamespace <> 11")


def _megabytes(name: str) -> float:
    """Of a table with what of it is stored out of line, or of an index."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_table_size(%s::regclass) / 1e6", [name])
        return float(cursor.fetchone()[0])
