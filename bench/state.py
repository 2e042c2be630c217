"""Where a benchmark keeps its database: a state folder of its own, with an embedded PostgreSQL, under var/bench.

A migration that is not released yet may be changed in its place, which `migrate` cannot notice: so each folder
remembers the migrations that its database was made by, and a database that was made by others is made anew.
"""

import argparse
import fcntl
import hashlib
import os
import platform
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import servers

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "bench"
PAPERS = ROOT.parent / "shared" / "data" / "hub_daily"


def read_options(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """The options, with the `files` of --data among them; ends the process with 2 if there are none."""
    parser.add_argument("--data", type=Path, default=PAPERS, metavar="FOLDER", help="answers of /api/daily_papers")
    options = parser.parse_args()
    options.files = sorted(options.data.resolve().glob("*.json.gz"))
    if not options.files:
        print(f"There are no *.json.gz in {options.data}: the benchmark needs answers of the Hub's /api/daily_papers.")
        raise SystemExit(2)
    sys.stdout.reconfigure(line_buffering=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that the servers end, too
    return options


def set_up(name: str, **settings: str) -> None:
    """The state and database of this name, whatever the environment says; then Django.

    `settings` are PostgreSQL's, in place of what an embedded server has.
    """
    os.chdir(ROOT)
    hold(FOLDER / name)
    port = str(servers.free_port())
    os.environ |= {
        "BROADSHEET_DATA": str(FOLDER / name),
        "BROADSHEET_DEMO": "0",
        "DATABASE_URL": "",
        "DEBUG": "0",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "EMBEDDING": "bundled",
        "EMBEDDING_DIMENSIONS": "384",
        "GUNICORN_CMD_ARGS": "",
        "HOST": servers.HOST,
        "PORT": port,
        "BASE_URL": f"http://{servers.HOST}:{port}",
        "SECRET_KEY": "",
    }
    forget_if_outdated(FOLDER / name)
    import django
    import psycopg

    from lib import postgres

    server = postgres.provide()
    if settings:
        with psycopg.connect(server.url, autocommit=True) as connection:
            for name, value in settings.items():
                connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        server.leave()
        postgres.provide()
    django.setup()


def hold(folder: Path) -> None:
    """Keep the folder for this process until it ends, however it does; end it with 2 if another one has the folder."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder.with_name(f"{folder.name}.lock"), os.O_CREAT | os.O_RDWR)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(f"Another benchmark uses {folder}. Wait until it ends.")
        raise SystemExit(2) from None


@contextmanager
def unfinished() -> Iterator[None]:
    """If this process ends meanwhile, the folder begins anew the next time."""
    mark = Path(os.environ["BROADSHEET_DATA"]) / "migrations"
    digest = mark.read_text()
    mark.unlink()
    yield
    mark.write_text(digest)


def forget_if_outdated(folder: Path) -> None:
    """Make the folder, and delete what is in it if other migrations have made its database."""
    migrations = b"".join(path.read_bytes() for path in sorted(ROOT.glob("*/migrations/*.py")))
    digest, mark = hashlib.sha256(migrations).hexdigest(), folder / "migrations"
    if (folder / "postgres").exists() and not (mark.exists() and mark.read_text() == digest):
        print(f"The migrations have changed, or it was not filled: {folder.relative_to(ROOT)} begins anew.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    mark.write_text(digest)


def machine() -> str:
    """What the figures were measured on, and how busy it was."""
    import django
    import gunicorn
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (postgres,) = cursor.fetchone()
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, load {load}; "
        f"Python {platform.python_version()}, Django {django.__version__}, gunicorn {gunicorn.__version__}, "
        f"PostgreSQL {postgres}"
    )
