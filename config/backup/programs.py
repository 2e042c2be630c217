"""PostgreSQL's programs, run for the site's database: those of the embedded server, or others if its are too old."""

import errno
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from django.core.management import CommandError
from django.db import connection
from psycopg.pq import Conninfo

from lib.postgres_programs import BIN


def find(name: str) -> Path:
    """Returns the program of this name that is for the server's version, or for the next later one that is here.

    It is looked for among the programs of the embedded server and on PATH. Raises CommandError.
    """
    on_path = shutil.which(name)
    paths = [path for path in (BIN / name, on_path and Path(on_path)) if path and path.exists()]
    versions = {path: version for path in paths if (version := _major_version(path))}
    if not versions:
        raise CommandError(f"PostgreSQL has no program {name}, or it is not on PATH.")
    server = connection.pg_version // 10_000
    suitable = [path for path, version in versions.items() if version >= server]
    if not suitable:
        raise CommandError(
            f"The database is PostgreSQL {server}, but {name} here is {max(versions.values())}: "
            f"install the clients of PostgreSQL {server} (on Debian postgresql-client-{server})."
        )
    return min(suitable, key=versions.get)


def _major_version(program: Path) -> int | None:
    """Returns which PostgreSQL the program belongs to, or None if to none."""
    output = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"\(PostgreSQL\) (\d+)", output)
    return int(version[1]) if version else None


def environment() -> dict[str, str]:
    """Returns the environment in which a program finds the site's database.

    Everybody on the machine can read the arguments of a program, so the password is not among them.
    """
    variables = {option.keyword.decode(): option.envvar for option in Conninfo.get_defaults() if option.envvar}
    params = connection.get_connection_params()
    return os.environ | {variables[name].decode(): str(params[name]) for name in params.keys() & variables.keys()}


def run(name: str, *arguments: str, on_line: Callable[[str], None]) -> None:
    """Run the program, and call `on_line` for each line of its stderr, which is in English.

    Raises OSError (ENOSPC) if a disk is full, and otherwise CommandError with the program's own words if it fails.
    """
    command, errors = [find(name), *arguments], []
    options = {"env": environment() | {"LC_ALL": "C"}, "stderr": subprocess.PIPE, "text": True, "errors": "replace"}
    with subprocess.Popen(command, **options) as process:
        for line in process.stderr:
            if errors or re.search("(?:error|FATAL): ", line):
                errors.append(line.strip())
            on_line(line)
    if process.returncode:
        message = f"{name} failed: {' '.join(errors) or f'exit code {process.returncode}'}"
        raise OSError(errno.ENOSPC, message) if os.strerror(errno.ENOSPC) in message else CommandError(message)
