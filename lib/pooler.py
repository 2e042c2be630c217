"""A pooler in transaction mode, such as PgBouncer, between web processes and the database (docs/scaling.md)."""

from django.conf import settings
from django.db import connections


def use() -> None:
    """Let the connections that this process opens from now on go to DATABASE_POOLER, if there is one.

    Only web processes do that. The worker listens for jobs and commands migrate, for which they need connections of
    their own.
    """
    if settings.POOLER:
        connections.settings["default"].update(settings.POOLER)
