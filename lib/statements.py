"""The time limit for SQL statements of web processes, and statements that are written by hand and prepared.

Commands and the worker have no limit.
"""

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.db import DatabaseError, IntegrityError, OperationalError, connection
from django.db.backends.postgresql.base import ServerBindingCursor
from psycopg.errors import DeadlockDetected, ForeignKeyViolation, QueryCanceled, UniqueViolation

from lib.database.base import SESSION


def limit_time() -> None:
    """Make PostgreSQL cancel every statement after STATEMENT_TIMEOUT_MS, on each connection that this process opens.

    If that setting is 0, the limit that the database has for the role stays in force, and so does that of a pooler.
    """
    if settings.STATEMENT_TIMEOUT_MS:
        SESSION["statement_timeout"] = str(settings.STATEMENT_TIMEOUT_MS)


def rows(sql: str, params: Mapping[str, object] | Sequence, *, is_prepared: bool = True) -> list[tuple]:
    """Returns the rows of a statement. PostgreSQL plans a prepared one only a few times for each connection.

    Prepare a statement only if one plan is good for all its parameters. Django's own cursors write the parameters into
    the SQL, which prepares nothing.
    """
    with connection.cursor() as cursor:
        if is_prepared:
            cursor.cursor = ServerBindingCursor(connection.connection)
        cursor.execute(sql, params)
        return cursor.fetchall()


def is_out_of_time(error: BaseException | None) -> bool:
    """Returns whether PostgreSQL cancelled a statement because of its time limit."""
    return isinstance(error, OperationalError) and isinstance(error.__cause__, QueryCanceled)


def is_about_nothing(error: BaseException) -> bool:
    """Returns whether a statement referred to a row that does not exist, as when it was deleted a moment before."""
    return isinstance(error, IntegrityError) and isinstance(error.__cause__, ForeignKeyViolation)


def is_collision(error: BaseException) -> bool:
    """Returns whether a statement failed because another transaction wrote the same rows at the same moment.

    It has written a row that may exist once, or each of the two waited for the other.
    """
    return isinstance(error, DatabaseError) and isinstance(error.__cause__, UniqueViolation | DeadlockDetected)
