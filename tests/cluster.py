"""Servers of PostgreSQL beside the tests' own, of which some are copies with streaming replication as documented.

Commands run as the owner of the servers' folders, as whom PostgreSQL runs if the tests run as root.
"""

import contextlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil
import psycopg

from lib import postgres, postgres_programs
from tests.serving import PATIENCE, ROOT, free_port

PATH = f"{postgres_programs.BIN}:/usr/sbin:/usr/bin:/bin"


@dataclass(frozen=True)
class Cluster:
    """A server of PostgreSQL in this folder, which listens at this port of 127.0.0.1 and at a socket in the folder."""

    folder: Path
    port: int

    def url(self, name: str, user: str = "postgres") -> str:
        """The address of its database of this name over the socket, which needs no password."""
        return f"postgresql://{user}@/{name}?host={self.folder}&port={self.port}"

    def execute(self, sql: str, name: str = "postgres") -> list[tuple]:
        with psycopg.connect(self.url(name), autocommit=True) as database:
            cursor = database.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def place(self) -> None:
        """Let the server listen where this says, from its next start on, and begin no transaction by itself."""
        with (self.folder / "postgresql.conf").open("a") as file:
            file.write(f"port = {self.port}\nunix_socket_directories = '{self.folder}'\nautovacuum = off\n")

    def start(self) -> None:
        run(f"pg_ctl -D {self.folder} -l {self.folder}/log -w start", self.folder)

    def stop(self, mode: str = "fast") -> None:
        run(f"pg_ctl -D {self.folder} -m {mode} -w stop", self.folder)

    def processes(self) -> list[psutil.Process]:
        """The server's processes, the first one first."""
        lines = (self.folder / "postmaster.pid").read_text().split("\n")
        postmaster = psutil.Process(int(lines[0]))
        return [postmaster, *postmaster.children()]

    def send(self, with_signal: signal.Signals) -> None:
        for process in self.processes():
            with contextlib.suppress(psutil.NoSuchProcess):  # that of a connection which ends at this moment
                process.send_signal(with_signal)

    def kill(self) -> None:
        """Let the server be gone as at a loss of power."""
        processes = self.processes()
        self.send(signal.SIGKILL)
        psutil.wait_procs(processes)

    @contextlib.contextmanager
    def stopped_in_the_end(self) -> Iterator["Cluster"]:
        try:
            yield self
        finally:
            if (self.folder / "postmaster.pid").exists():
                with contextlib.suppress(psutil.NoSuchProcess):
                    self.send(signal.SIGCONT)
                    self.stop("immediate")


def run(commands: str, folder: Path, **environment: str) -> str:
    """Run these lines of a shell as the owner of the folder, with PostgreSQL's programs; returns what they print."""
    environment = {"PATH": PATH, "HOME": str(folder), **environment}
    options = {"cwd": folder, "env": environment, "stdin": subprocess.DEVNULL, "text": True}
    with (folder.parent / f"{folder.name}.commands").open("w+") as output:
        command = ["/bin/bash", "-ec", commands]
        process = postgres_programs.start(command, folder, stdout=output, stderr=output, **options)
        code = process.wait(PATIENCE)
        output.seek(0)
        printed = output.read()
    assert code == 0, printed
    return printed


def folder_like(former: Path, folder: Path) -> Path:
    """Make this folder, which belongs to whom the former one belongs, and let that user reach it."""
    folder.mkdir(mode=0o700)
    status = former.stat()
    os.chown(folder, status.st_uid, status.st_gid)
    return folder


def copy_of_the_tests_server(folder: Path) -> Cluster:
    """A server with all databases of the tests' server, which runs on by itself."""
    [sockets] = parse_qs(urlsplit(os.environ["DATABASE_URL"]).query)["host"]
    folder_like(postgres.CLUSTER, folder)
    run(f"pg_basebackup -h {sockets} -U postgres -D {folder} -X stream -c fast --no-sync", folder)
    cluster = Cluster(folder, free_port())
    cluster.place()
    return cluster


def example(name: str, replaced: dict[str, str]) -> str:
    """The lines of this name in docs/scaling.md, with addresses and folders of the test for those that they have."""
    text = (ROOT / "docs" / "scaling.md").read_text()
    lines = re.search(rf"<!-- {name} -->\n```\n(.*?)```", text, re.DOTALL)[1]
    for old, new in replaced.items():
        assert old in lines, old
        lines = lines.replace(old, new)
    return lines


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "too late"
        time.sleep(0.05)
