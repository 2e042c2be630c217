"""The database of a backup: its rows at one moment, and how it comes into an empty database."""

import errno
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.core.management import CommandError
from django.db import connection, transaction

from accounts.models import User
from config.backup import programs
from orgs.models import Organisation
from papers.models import Paper

# An empty schema, which exists from the beginning of a restore until its end: neither site nor worker starts beside it.
_MARK = "broadsheet_restore"
_LOOKS = 5  # a second apart, since whoever looks for the mark uses the database for a moment


@contextmanager
def snapshot() -> Iterator[str]:
    """A transaction that sees the database as it is now, whatever others write. Yields its name for `dump`."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            [name] = cursor.fetchone()
        yield name


def dump(path: Path, snapshot: str, on_table: Callable[[], None]) -> None:
    """Write the database into this file, in pg_dump's custom format, without the rows of unlogged tables.

    `on_table` is called before the rows of each table are written.
    """
    options = ["--format=custom", "--no-unlogged-table-data", f"--snapshot={snapshot}", f"--file={path}"]
    programs.run("pg_dump", "--verbose", *options, on_line=_when("dumping contents of table", on_table))


def load(path: Path, on_table: Callable[[], None]) -> None:
    """Bring what `dump` has written into the database, which has no tables, in one transaction.

    `on_table` is called before the rows of each table are written.
    """
    options = ["--single-transaction", "--no-owner", "--no-privileges", "--no-comments"]
    name = f"--dbname={connection.settings_dict['NAME']}"
    on_line = _when("processing data for table", on_table)
    try:
        programs.run("pg_restore", "--verbose", *options, name, str(path), on_line=on_line)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise CommandError("The disk of the database is full: free space, then restore again.") from error
    connection.close()  # it may have prepared statements for tables that no longer exist
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _when(text: str, call: Callable[[], None]) -> Callable[[str], None]:
    """Returns a function that takes a line, and calls `call` if the line matches the regular expression `text`."""

    def on_line(line: str) -> None:
        if re.search(text, line):
            call()

    return on_line


def count_rows() -> dict[str, int]:
    """Returns the number of rows of each table that `dump` writes the rows of."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        tables = [name for [name] in cursor.fetchall()]
        counts = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
            [counts[table]] = cursor.fetchone()
    return counts


def check_rows(expected: dict[str, int]) -> None:
    """Raises CommandError if a table has another number of rows than it had in the backup."""
    found = count_rows()
    wrong = [
        f"{table} has {found.get(table, 0):,} rows instead of {expected.get(table, 0):,}"
        for table in sorted(expected.keys() | found.keys())
        if found.get(table) != expected.get(table)
    ]
    if wrong:
        raise CommandError(f"The database does not agree with the manifest: {'; '.join(wrong)}.")


def check_empty() -> None:
    """Raises CommandError if somebody uses the database, or if there is something in it that a restore would destroy.

    What a restore that was cut off has left there may be destroyed.
    """
    if _is_used_by_others():
        raise CommandError(
            "Other programs use the database: stop the site, its workers and every other command, then restore again."
        )
    tables = set(connection.introspection.table_names())
    if is_unfinished() or not tables:
        return
    if tables - _own_tables():
        raise CommandError("The database has tables that are not Broadsheet's: restore into a database of its own.")
    for name, model in (("people", User), ("papers", Paper), ("organisations", Organisation)):
        if model.objects.exists():
            raise CommandError(
                f"The site has {name}, and a restore overwrites nothing: "
                "set BROADSHEET_DATA to a new folder or, with a database of your own, DATABASE_URL to an empty one."
            )


def _own_tables() -> set[str]:
    return _WITHOUT_MODEL | {model._meta.db_table for model in apps.get_models(include_auto_created=True)}


def _is_used_by_others() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_OTHERS)
        return cursor.fetchone()[0]


def is_unfinished() -> bool:
    """Returns whether a restore of this database has begun and not ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s) IS NOT NULL", [_MARK])
        return cursor.fetchone()[0]


def begin() -> None:
    """Delete the tables of an empty site, and note that a restore has begun: both or neither."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {_MARK}")
        cursor.execute(_DROPS)
        for [drop] in cursor.fetchall():
            cursor.execute(drop)


def finish() -> None:
    """Note that the restore has ended. Raises CommandError if somebody uses the database, who may have changed it."""
    looks = 1
    while _is_used_by_others():
        if looks == _LOOKS:
            raise CommandError(
                "Other programs have begun to use the database meanwhile, and may have changed it: "
                "stop the site, its workers and every other command, then restore again."
            )
        looks += 1
        time.sleep(1)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA {_MARK}")


_WITHOUT_MODEL = {"cache", "django_migrations", "lib_throttle"}
_TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relpersistence = 'p'
    ORDER BY relname
"""
# Background processes of PostgreSQL have no user.
_OTHERS = """
    SELECT EXISTS (
        SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND usesysid IS NOT NULL AND pid <> pg_backend_pid()
    )
"""
# Tables, functions and types, except those that belong to an extension, which only a superuser may install again.
_DROPS = """
    SELECT format('DROP %s IF EXISTS %s CASCADE', kind, name) FROM (
        SELECT 1, 'TABLE', oid::regclass::text, 'pg_class'::regclass, oid FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
        UNION ALL
        SELECT 2, 'ROUTINE', oid::regprocedure::text, 'pg_proc'::regclass, oid FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace
        UNION ALL
        SELECT 3, 'TYPE', oid::regtype::text, 'pg_type'::regclass, oid FROM pg_type
        WHERE typnamespace = current_schema()::regnamespace AND (
            typtype IN ('e', 'd') OR typrelid IN (SELECT oid FROM pg_class WHERE relkind = 'c')
        )
    ) AS objects (step, kind, name, catalogue, id)
    WHERE NOT EXISTS (SELECT FROM pg_depend WHERE classid = catalogue AND objid = id AND deptype = 'e')
    ORDER BY step, name
"""
