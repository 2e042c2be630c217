"""Fills a database with synthetic papers by COPY, and tells what that took and what its tables and indexes take."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from numpy.random import default_rng

from bench import database, readers, state, synthetic
from bench.report import table
from orgs.models import Organisation
from papers.models import Author, Day, Paper, SearchEntry, Word, directory
from papers.search import embedding

BATCH = 10_000
_THREADS = 2
ORGANISATIONS = 500
_TABLES = [
    *("papers_paper", "papers_author", "papers_affiliation", "papers_searchentry", "papers_embedding", "papers_word"),
    *readers.TABLES,
]
_FOR_SPEED = """
    SET session_replication_role = 'replica';  -- foreign keys are not looked up
    SET synchronous_commit = off; SET maintenance_work_mem = '3GB'; SET max_parallel_maintenance_workers = 1
"""
_INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE tablename = ANY(%s) AND indexdef NOT LIKE 'CREATE UNIQUE%%'
    ORDER BY indexname = 'embedding_near', indexname
"""
_AFFILIATE = """
    INSERT INTO papers_affiliation (paper_id, organisation_id, state, since, is_guess, reason)
    SELECT id, organisation_id, 'accepted', listed_at, true, '' FROM papers_paper
"""


def fill(number: int, files: Iterable[Path], *, with_readers: bool = False) -> None:
    """This many papers with entries, vectors and word counts, and no others; kept if they are there already.

    With `bench.readers`, or with nobody.
    """
    call_command("prepare")
    database.lift_limits()
    took = Counter()
    if not (Word.objects.exists() and Paper.objects.count() == number):
        with state.unfinished():
            _fill(number, synthetic.urns(files), with_readers, took)
    _warm()
    rows = [(name, took.get(name), _megabytes(name)) for name in (*_TABLES, *_indexes())]
    print(table([f"{number:,} papers", "seconds to make", "MB"], rows))


def _fill(number: int, urns: synthetic.Urns, with_readers: bool, took: Counter) -> None:
    users, targets = readers.votes(number) if with_readers else (numpy.zeros(0, int),) * 2
    cast = numpy.bincount(targets, minlength=number + 1)
    indexes = _indexes()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE accounts_user, papers_paper CASCADE")
        cursor.execute("".join(f"DROP INDEX {name};" for name in indexes))
        _write_papers(number, urns, cast, took)
        cursor.execute(_FOR_SPEED)
        with _timed(took, "papers_affiliation"):
            cursor.execute(_AFFILIATE)
        if with_readers:
            _write_readers(cursor, number, users, targets, took)
        with _timed(took, "papers_word"):
            Word.objects.recount()
        Day.objects.recount()
        for name, definition in indexes.items():
            print(f"Index {name} is being made.")
            with _timed(took, name):
                cursor.execute(definition)
        cursor.execute("RESET ALL")
        with _timed(took, "directories"):
            directory.recount()
        cursor.execute("VACUUM ANALYZE")


def _write_papers(number: int, urns: synthetic.Urns, cast: numpy.ndarray, took: Counter) -> None:
    """In threads, so that papers are drawn while PostgreSQL writes; each batch has a seed of its own."""
    slugs = [f"organisation-{place}" for place in range(1, ORGANISATIONS + 1)]
    made = Organisation.objects.ensure({slug: slug.title() for slug in slugs})
    organisations, model = [made[slug].pk for slug in slugs], embedding.embedder()

    def write(first: int) -> None:
        keys, random = range(first, min(first + BATCH, number + 1)), default_rng(first)
        papers = synthetic.papers(urns, organisations, random, keys, cast[first : keys.stop].tolist())
        vectors = model.draw(random, len(keys))
        with connection.cursor() as cursor:
            cursor.execute(_FOR_SPEED)
            with _timed(took, "papers_paper"):
                _copy(cursor, Paper, papers)
            with _timed(took, "papers_author"):
                _copy(cursor, Author, [author for paper in papers for author in _authors(paper)])
            with _timed(took, "papers_searchentry"):
                SearchEntry.objects.refresh(papers, {paper.pk: paper.names for paper in papers})
            with _timed(took, "papers_embedding"):
                _copy_vectors(cursor, keys, vectors)
        print(f"{keys[-1]:,} of {number:,} papers")

    with ThreadPoolExecutor(_THREADS) as threads:
        list(threads.map(write, range(1, number + 1, BATCH)))
        list(threads.map(lambda _: connection.close(), range(_THREADS)))


def _write_readers(cursor, number: int, users: numpy.ndarray, targets: numpy.ndarray, took: Counter) -> None:
    _copy(cursor, get_user_model(), readers.people(number))
    with _timed(took, "papers_vote"):
        for first in range(0, len(users), 100 * BATCH):
            batch = slice(first, first + 100 * BATCH)
            cursor.execute(readers.VOTES, [users[batch].tolist(), targets[batch].tolist()])
    for statement in readers.STATEMENTS:
        cursor.execute(statement, {"people": readers.count(number), "papers": number})


def _authors(paper: Paper) -> list[Author]:
    return [Author(paper_id=paper.pk, position=place, name=name) for place, name in enumerate(paper.names)]


def _copy(cursor, model, rows: Iterable) -> None:
    """Write these instances of the model."""
    fields = [field for field in model._meta.concrete_fields if field.column and not field.generated]
    with cursor.copy(f"COPY {model._meta.db_table} ({', '.join(field.column for field in fields)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields])


def _copy_vectors(cursor, keys: range, vectors: numpy.ndarray) -> None:
    """In the binary form of COPY (https://www.postgresql.org/docs/18/sql-copy.html) and of pgvector's halfvec."""
    (number, dimensions), model = vectors.shape, embedding.model_name().encode()
    head = [("columns", ">i2"), ("id_bytes", ">i4"), ("id", ">i8")]
    vector = [("vector_bytes", ">i4"), ("dimensions", ">i2"), ("unused", ">i2"), ("vector", ">f2", dimensions)]
    tail = [("model_bytes", ">i4"), ("model", f"S{len(model)}"), ("revision_bytes", ">i4"), ("revision", ">i4")]
    rows = numpy.zeros(number, head + vector + tail)
    rows["id"], rows["vector"], rows["model"], rows["revision"] = keys, vectors, model, 1
    rows["columns"], rows["dimensions"], rows["id_bytes"] = 4, dimensions, 8
    rows["vector_bytes"], rows["model_bytes"], rows["revision_bytes"] = 4 + 2 * dimensions, len(model), 4
    with cursor.copy("COPY papers_embedding (paper_id, vector, model, revision) FROM STDIN (FORMAT binary)") as copy:
        copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows.tobytes() + b"\xff\xff")


def _indexes() -> dict[str, str]:
    """The definitions of the indexes that are made when all rows are there, that of vectors last."""
    with connection.cursor() as cursor:
        cursor.execute(_INDEXES, [_TABLES])
        return dict(cursor.fetchall())


@contextmanager
def _timed(took: Counter, name: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    took[name] += time.perf_counter() - started


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
