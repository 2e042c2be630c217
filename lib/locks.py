"""How rows are locked, and work that is done once at a time."""

from contextlib import contextmanager

from django.db import connection, models

from lib.refusals import Gone


def take(number: int, database=connection) -> None:
    """Wait for the advisory lock of this number, and hold it until the transaction ends."""
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


@contextmanager
def holding(number: int):
    """Hold the advisory lock of this number while the block runs, in whatever transactions. It is for commands.

    Another connection holds it. Requests may not take one: they could then have all connections of a pooler, and wait
    for one more.
    """
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
        take(number, other)
        yield
    finally:
        other.close()


def share(number: int) -> None:
    """Wait until nobody has taken the advisory lock of this number, and let nobody until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [number])


def lock_row(row: models.Model, gone: str, rows: models.QuerySet | None = None) -> None:
    """Lock this row until the transaction ends, and read it anew, by default without the rows that it refers to.

    Others can still write rows that refer to it. Raises Gone with this message if it was deleted.
    """
    rows = type(row)._default_manager.all() if rows is None else rows
    try:
        row.refresh_from_db(from_queryset=rows.select_for_update(of=("self",), no_key=True))
    except type(row).DoesNotExist:
        raise Gone(gone) from None


class LockQuerySet(models.QuerySet):
    def lock(self) -> list:
        """Lock these rows until the transaction ends, and return their primary keys.

        Nobody else changes or deletes them meanwhile; rows that refer to them can be written. They are locked in the
        order of their keys, so that no two transactions wait for each other.
        """
        rows = self.order_by("pk").select_for_update(of=("self",), no_key=True)
        return list(rows.values_list("pk", flat=True))
