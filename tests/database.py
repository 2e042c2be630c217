"""Loaded before Django's settings: the tests have a PostgreSQL and static files of their own.

DATABASE_URL may name another server; what else would change how the site behaves is put back to its default.
"""

import gc
import os
from contextlib import contextmanager
from pathlib import Path

os.environ["BROADSHEET_DATA"] = str(Path(__file__).resolve().parent.parent / "var" / "test")
os.environ |= {"HOST": "127.0.0.1", "PORT": "8000", "BASE_URL": "http://127.0.0.1:8000", "DEBUG": "0"}
os.environ |= {"BROADSHEET_CONTAINER": "0", "EMAIL_URL": "consolemail://", "GITHUB_CLIENT_ID": ""}
os.environ |= {"ORCID_CLIENT_ID": "", "HUGGINGFACE_CLIENT_ID": "", "IMPORT_HUB": "", "IMPORT_ARXIV": ""}
os.environ |= {"IMPORT_ARXIV_CATEGORIES": "", "REPOSITORY_STARS": "", "GITHUB_TOKEN": ""}
os.environ |= {"HUB_URL": "https://huggingface.co", "DUMP": "", "LOG_FORMAT": "text", "METRICS_TOKEN": ""}
os.environ |= {"DATABASE_REPLICAS": "", "DATABASE_POOLER": ""}

import psycopg

from config.logs import PACKAGES
from lib import postgres
from lib.env import env
from lib.release import digest

if not env("DATABASE_URL", default=""):
    postgres.provide()
    os.environ["TESTS_EMBED_DATABASE"] = "1"  # which the other processes of the run read
IS_EMBEDDED = "TESTS_EMBED_DATABASE" in os.environ

# What the tables are made from: a database for tests bears its digest in its name.
SCHEMA = [*(f"{app}/migrations" for app in PACKAGES), "requirements.lock"]
# Their rows are made with the tables.
KEPT = {"auth_permission", "django_content_type", "django_migrations"}


def empty(*args) -> None:
    """Deletes the rows of all tables, also of those that have no model.

    That takes a few milliseconds where the tests have left some tens of rows. Django's `flush` truncates each table,
    for which PostgreSQL writes new files, and sends `post_migrate`, which looks for every permission. A browser that is
    closed may leave a request behind that still writes: then it begins again.
    """
    from django.db import IntegrityError, connection, transaction

    tables = sorted(set(connection.introspection.table_names()) - KEPT, reverse=True)  # periodic_defers before jobs
    for is_last in (False, False, False, True):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(";".join(f'DELETE FROM "{table}"' for table in tables))  # noqa: S608 (they are our own)
        except IntegrityError:
            if is_last:
                raise
        else:
            break


# What any request may write.
COUNTED = {"cache", "django_session", "lib_throttle"}


def contents(*models) -> dict[str, str | None]:
    """A digest of the rows of each table, or of those of these models; not of sessions and counted requests."""
    from django.db import connection

    names = [model._meta.db_table for model in models]
    tables = names or sorted(set(connection.introspection.table_names()) - KEPT - COUNTED)
    digests = [_DIGEST.format(table=table) for table in tables]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(digests))
        return dict(cursor.fetchall())


_DIGEST = """SELECT '{table}', md5(string_agg(row::text, ',' ORDER BY row::text)) FROM "{table}" row"""


@contextmanager
def counted_outside_transactions():
    """Fails if the API counts a request for a limit in a transaction.

    A refusal would undo such a count, and other requests of the person and the network would wait for its rows.
    """
    from django.db import connection

    begun = len(connection.atomic_blocks)

    def check(execute, sql, params, many, context):
        is_inside = "INTO lib_throttle" in sql and len(connection.atomic_blocks) > begun
        assert not is_inside, "This counts within a transaction."
        return execute(sql, params, many, context)

    with connection.execute_wrapper(check):
        yield


def drop_older_databases() -> None:
    """Drops the databases for tests of other schemas that nobody uses."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as database:
        for [name] in database.execute(_OLDER, [f"test_{digest(*SCHEMA)}"]).fetchall():
            database.execute(f'DROP DATABASE "{name}"')


_OLDER = """
    SELECT datname FROM pg_database
    WHERE starts_with(datname, 'test_') AND NOT starts_with(datname, %s)
        AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE pg_stat_activity.datname = pg_database.datname)
"""


def pytest_configure(config):
    """Fast passwords, no limit on time, and the static files as production serves them, made once for all processes.

    The embedded database stays for the next run: making it takes five seconds. A commit does not wait for the disk.
    Python looks for garbage only after collection, which makes nothing but what stays.
    """
    gc.disable()
    import django
    from django.conf import settings
    from django.test import TransactionTestCase

    from lib import staticfiles

    config.option.reuse_db = config.option.reuse_db or IS_EMBEDDED
    if config.option.reuse_db:
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = f"test_{digest(*SCHEMA)}"
    settings.DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off"
    settings.STATEMENT_TIMEOUT_MS = 0  # for a test that imports the WSGI application
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    django.setup()
    TransactionTestCase._fixture_teardown = empty
    if not hasattr(config, "workerinput"):
        if not staticfiles.are_collected():
            staticfiles.collect()
        if IS_EMBEDDED:
            drop_older_databases()


def pytest_collection_finish():
    """Python looks for garbage again, and never among the modules and the tests: it would take seconds."""
    gc.freeze()
    gc.enable()
