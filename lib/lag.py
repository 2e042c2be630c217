"""How far replicas of the database are behind, which a thread of each process measures once a second.

A replica's lag is the time since the primary's WAL position passed the position that the replica has replayed by now,
and 0 if it has not: `pg_current_wal_lsn()` and `pg_last_wal_replay_lsn()` (PostgreSQL's documentation, 26.2.5.2
“Monitoring” of streaming replication, and 9.28.4 “Recovery Control Functions”). Unlike
`pg_last_xact_replay_timestamp()`, that holds while the primary writes nothing, compares no clocks of two machines, and
shows that a replica has lost the primary. While the primary itself does not answer, what replicas have received is the
least that it has written: so the lag of a replica that does not replay it grows, and a replica that has all of it
answers readers on if the primary is lost.
"""

import asyncio
import logging
import os
import socket
import threading
from collections import deque
from contextlib import suppress
from time import monotonic

import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

MAX_LAG = 5  # seconds that a replica may be behind while requests read from it
_PAUSE = 1  # seconds between an answer of a server and the next question
_PATIENCE = 2  # seconds after which a server that has not answered counts as down
_LOGGED = 60  # seconds in which an error that does not mean that a server is down is logged once
_MARKS = 900  # mostly one a second; a replica that is further behind is infinitely far behind
_NEVER = float("-inf")

_PRIMARY = "SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint"
# A server that was promoted has no lag, and may have lost what the primary has.
_REPLICA = """
    SELECT (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint, (pg_last_wal_receive_lsn() - '0/0'::pg_lsn)::bigint
    WHERE pg_is_in_recovery()
"""
_NO_OPTIONS = {"cursor_factory", "context"}  # of Django's connections, which are no asynchronous ones

logger = logging.getLogger(__name__)


class Server:
    """The primary or, if that is given, a replica of it."""

    def __init__(self, alias: str, primary: "Server | None" = None):
        self.alias, self.primary, self.sql = alias, primary, _REPLICA if primary else _PRIMARY
        params = connections[alias].get_connection_params() | {"prepare_threshold": None, "autocommit": True}
        self.params = {name: value for name, value in params.items() if name not in _NO_OPTIONS}
        self.connection: psycopg.AsyncConnection | None = None
        self.marks: deque[tuple[float, int]] = deque(maxlen=_MARKS)  # moments, and what the primary had written
        self.lag: float | None = None  # in seconds, 0 of the primary; None if it is down
        self.measured_at = self.logged_at = _NEVER
        self.in_use: set[BaseDatabaseWrapper] = set()  # connections of requests that read from it now

    async def watch(self) -> None:
        while True:
            begun, question = monotonic(), asyncio.ensure_future(self.ask())
            while not (await asyncio.wait({question}, timeout=_PATIENCE))[0]:
                self.fail()
            if error := question.exception():
                await self.disconnect(error)
            if error or question.result() is None:
                self.fail()
            elif self.primary:
                self.lag, self.measured_at = self.primary.ahead_of(question.result()), begun
            else:
                self.lag = 0.0
                self.marks.append((begun, question.result()))
            await asyncio.sleep(_PAUSE)

    async def ask(self) -> int | None:
        """Returns the position in the write-ahead log, or None if the server is not what it should be.

        Raises psycopg.Error or OSError if it is down, or whatever else prevents the question.
        """
        if self.connection is None:
            self.connection = await psycopg.AsyncConnection.connect(**self.params)
        row = await (await self.connection.execute(self.sql)).fetchone()
        if row and self.primary:
            self.primary.note_received(row[1])
        return row[0] if row else None

    async def disconnect(self, error: BaseException) -> None:
        """Close the connection, so that the next question makes another one, after this error of the last one."""
        if self.connection:
            await self.connection.close()
        self.connection = None
        if not isinstance(error, psycopg.Error | OSError) and monotonic() > self.logged_at + _LOGGED:
            self.logged_at = monotonic()
            logger.error("%s cannot be measured", self.alias, exc_info=error)

    def note_received(self, position: int | None) -> None:
        """While the primary does not answer, take what a replica has received from it as what it has written."""
        if self.lag is None and self.marks and position and position >= self.marks[-1][1]:
            self.marks.append((monotonic(), position))

    def ahead_of(self, position: int) -> float | None:
        """Returns for how many seconds the primary has been ahead of this position, or None if it never answered."""
        reached = (moment for moment, written in reversed(self.marks) if written <= position)
        return self.marks[-1][0] - next(reached, _NEVER) if self.marks else None

    def fail(self) -> None:
        """Count the server as down until it answers the next question, and end what that and requests wait for."""
        self.lag = None
        for connection in (self.connection, *(database.connection for database in tuple(self.in_use))):
            if connection:
                _cut(connection)


class Servers:
    """The primary and the replicas, which are measured from the first time that somebody wants to know."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.replicas: dict[str, Server] = {}

    def start(self) -> None:
        with self.lock:
            if settings.REPLICAS and not self.replicas:
                primary = Server(DEFAULT_DB_ALIAS)
                replicas = {alias: Server(alias, primary) for alias in settings.REPLICAS}
                watching = _watch_all([primary, *replicas.values()])
                threading.Thread(target=asyncio.run, args=[watching], name="lag", daemon=True).start()
                self.replicas = replicas

    def lag(self) -> dict[str, float | None]:
        """Returns how many seconds each replica was behind when it answered last, or None if it is down."""
        self.start()
        oldest = monotonic() - _PAUSE - 2 * _PATIENCE
        return {alias: server.lag if server.measured_at > oldest else None for alias, server in self.replicas.items()}

    def usable(self) -> list[str]:
        """Returns the aliases of the replicas that are near enough to read from."""
        return [alias for alias, lag in self.lag().items() if lag is not None and lag <= MAX_LAG]


async def _watch_all(servers: list[Server]) -> None:
    await asyncio.gather(*(server.watch() for server in servers))


def _cut(connection: psycopg.Connection | psycopg.AsyncConnection) -> None:
    """Make the statement fail that waits on this connection, which may belong to another thread."""
    # An error means that it was closed meanwhile.
    with suppress(psycopg.Error, OSError), socket.socket(fileno=os.dup(connection.fileno())) as twin:
        twin.shutdown(socket.SHUT_RDWR)
