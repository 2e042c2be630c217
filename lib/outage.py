"""What a web process does while its database does not answer: it says so at once instead of waiting for each request.

A statement that gets no answer for a second more than PostgreSQL may take for it ends its connection. After a
connection could not be made, the next attempt is made a second later, by one request; all others fail at once.
"""

import logging
from collections import defaultdict
from threading import Lock
from time import monotonic

import psycopg
from django.conf import settings
from psycopg.pq import TransactionStatus

PAUSE_SECONDS = 1  # between two attempts to connect
ATTEMPT_SECONDS = 5  # after which an attempt that neither succeeded nor failed does not keep others from trying
GRACE_SECONDS = 1  # beyond STATEMENT_TIMEOUT_MS
LOGGED_SECONDS = 60  # a failure is logged once in this time

logger = logging.getLogger(__name__)


class Connection(psycopg.Connection):
    """A connection that ends itself if the server does not answer a statement."""

    def wait(self, gen, *args, **options):
        limit = settings.STATEMENT_TIMEOUT_MS / 1_000 + GRACE_SECONDS
        try:
            return super().wait(gen, *args, **options | {"timeout": limit})
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.close()
            raise


class Circuit:
    """Decides who may try to connect to one database."""

    def __init__(self):
        self.lock, self.failing_since, self.next_attempt = Lock(), 0.0, 0.0

    def begin(self) -> None:
        """Begin an attempt. Raises psycopg.OperationalError if it is too early for one."""
        with self.lock:
            if self.failing_since and monotonic() < self.next_attempt:
                raise psycopg.OperationalError("The database did not accept connections a moment ago.")
            self.next_attempt = monotonic() + ATTEMPT_SECONDS

    def fail(self) -> None:
        with self.lock:
            self.failing_since = self.failing_since or monotonic()
            self.next_attempt = monotonic() + PAUSE_SECONDS

    def succeed(self) -> None:
        with self.lock:
            since, self.failing_since = self.failing_since, 0.0
        if since:
            logger.warning("The database accepts connections again, after %.0f s", monotonic() - since)


class Guarded:
    """Makes a database wrapper of Django observe the limits of this module in processes that call `guard`."""

    def get_new_connection(self, params: dict) -> psycopg.Connection:
        if not _guard.is_on:
            return super().get_new_connection(params)
        circuit = _guard.circuits[self.alias]
        circuit.begin()
        try:
            connection = super().get_new_connection(params)
        except psycopg.Error:
            circuit.fail()
            raise
        circuit.succeed()
        if settings.STATEMENT_TIMEOUT_MS:
            connection.__class__ = Connection  # Django offers no other way to a class of our own
        return connection


class _Guard:
    def __init__(self):
        self.is_on, self.logged_at = False, float("-inf")
        self.circuits: dict[str, Circuit] = defaultdict(Circuit)  # by the alias of the database


_guard = _Guard()


def guard() -> None:
    """Make this process observe the limits. Commands and the worker do not: they wait for their statements."""
    _guard.is_on = True


def log(error: BaseException) -> None:
    """Log the failure, unless one was logged in the last LOGGED_SECONDS."""
    now = monotonic()
    if now > _guard.logged_at + LOGGED_SECONDS:
        _guard.logged_at = now
        logger.error("The database does not answer. Further failures are not logged for a minute.", exc_info=error)
