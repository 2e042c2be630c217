"""Which errors mean that the database did not answer, and not that it refused a statement."""

from django.db import InterfaceError, OperationalError, connections

from lib.replicas import primary

# Classes of SQLSTATE: connection exceptions, insufficient resources, operator intervention, system errors.
_STATES = ("08", "53", "57P", "58")


def is_failure(error: BaseException | None) -> bool:
    """Returns whether the database did not answer.

    An error without a SQLSTATE does not come from the server. If all connections of this thread are good, it is a fault
    of the site, such as the use of a closed cursor.
    """
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return _has_no_connection() if state is None else state.startswith(_STATES)


def _has_no_connection() -> bool:
    """Returns whether this thread could not connect to a database that it uses, or has lost the connection."""
    used = (primary(), *connections.all(initialized_only=True))
    return any(each.connection is None or each.connection.closed for each in used)
