"""The embedded PostgreSQL: one server in the state folder, shared by all processes that use it.

The first process starts the server, and the last one stops it. Two files in the state folder are locked for that: all
who use the server share `postgres.users`, and one at a time has `postgres.lock`, to start or stop the server. The
kernel takes the locks from processes that are killed. A server that was killed itself is started again by the site's
main process (`Server.keep_running`), or by the next process that begins to use it.
"""

import atexit
import contextlib
import fcntl
import logging
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, ClassVar

import psutil
from psycopg.pq import PGconn, Ping

from lib import postgres_programs, state_folder
from lib.env import DATA
from lib.state_folder import Unusable, owned

CLUSTER = DATA / "postgres"
SOCKET = ".s.PGSQL.5432"
SOCKET_BYTES = 103  # the longest path of a socket on macOS; Linux allows 107
ATTEMPTS = 3  # to start the server: processes that are just ending may be in its way
PATIENCE = 600  # seconds: after a crash, a large database takes minutes to recover
PAUSE = 10  # seconds after that many attempts in vain, before a server that was killed is started again

logger = logging.getLogger(__name__)


def provide() -> "Server":
    """Start the server unless it runs already, and set DATABASE_URL to its address.

    Returns the server, which this process leaves when it ends. Raises Unusable or OSError.
    """
    DATA.mkdir(parents=True, exist_ok=True)
    with _turn() as turn:
        if not (CLUSTER / "PG_VERSION").exists():
            # If this process is killed, the lock is held until initdb has ended.
            postgres_programs.create(CLUSTER, pass_fds=[turn.fileno()])
        server = Server()
        server.start()
    os.environ["DATABASE_URL"] = server.url
    return server


class Server:
    """The server of CLUSTER, for one of the processes that use it."""

    in_use: ClassVar["Server | None"] = None  # by this process

    def __init__(self) -> None:
        status = CLUSTER.stat()
        self.name = f"broadsheet-{status.st_dev}-{status.st_ino}"
        self.sockets = _folder_of_sockets(self.name, status.st_uid, status.st_gid)
        self.url = f"postgresql://postgres:@/postgres?host={self.sockets}"
        self.users = _open("postgres.users")
        self.attempts: list[subprocess.Popen] = []
        self.process: psutil.Process | None = None  # the first of the server, when it was last seen
        self.paused_until = 0.0

    def start(self) -> None:
        """Start the server unless it runs already, and use it as soon as it answers."""
        _wait(self._is_ready, "The database is still starting or stopping. Waiting …")
        fcntl.flock(self.users, fcntl.LOCK_SH)
        atexit.register(self.leave, os.getpid())
        Server.in_use = self

    def leave(self, process: int = 0) -> None:
        """Use the server no longer, and stop it if nobody else uses it. Forks of the `process` do nothing."""
        if self.users.closed or process not in (0, os.getpid()):
            return
        with self.users, contextlib.suppress(Unusable, OSError, psutil.Error), _turn():
            if _is_locked(self.users) and (postmaster := self._postmaster()):
                postmaster.send_signal(signal.SIGINT)
                _wait(lambda: not self._postmaster(), "Waiting until the database has stopped …")
                if self.sockets != CLUSTER:
                    shutil.rmtree(self.sockets)

    def keep_running(self) -> None:
        """Start the server again if it has ended, without waiting until it answers.

        To be called every second. What is in the way is logged, and tried again after PAUSE.
        """
        if self._is_alive():
            if self.attempts and self._answers():
                self.attempts.clear()
        elif time.monotonic() > self.paused_until:
            with self._pausing(), _open("postgres.lock") as lock:
                if _is_locked(lock) and not self._is_ready() and len(self.attempts) == 1:
                    logger.error("PostgreSQL has ended and is started again")

    @contextlib.contextmanager
    def _pausing(self) -> Iterator[None]:
        try:
            yield
        except (Unusable, OSError, psutil.Error) as error:
            logger.error("PostgreSQL has ended: %s", error)  # noqa: TRY400 (the error is a sentence)
            self.attempts.clear()
            self.paused_until = time.monotonic() + PAUSE

    def _is_alive(self) -> bool:
        with contextlib.suppress(psutil.NoSuchProcess):
            self.process = self.process or self._postmaster()
            if self.process and self.process.status() != psutil.STATUS_ZOMBIE:
                return True
        self.process = None
        return False

    def _is_ready(self) -> bool:
        """Returns whether the server answers. If it does not run, start it, as soon as no former backend lives."""
        if self._answers():
            return True
        is_starting = self.attempts and self.attempts[-1].poll() is None
        if is_starting or self._postmaster():
            return False
        orphans = self._backends()
        for orphan in orphans:
            with contextlib.suppress(psutil.NoSuchProcess):
                orphan.kill()
        if not orphans:
            self.attempts.append(self._launch())
        return False

    def _answers(self) -> bool:
        return PGconn.ping(f"host={self.sockets} user=postgres connect_timeout=5".encode()) == Ping.OK

    def _launch(self) -> subprocess.Popen:
        state_folder.check()
        log = CLUSTER / "log"
        if len(self.attempts) == ATTEMPTS:
            reason = re.findall("(?:FATAL|PANIC): +(.*)", log.read_text(errors="replace"))[-1:]
            raise Unusable(f"PostgreSQL does not start: {''.join(reason) or 'it ends at once'}; see {log}.")
        file = CLUSTER / "postmaster.pid"
        former = file.read_text().partition("\n")[0] if file.exists() else ""
        if not former:
            file.unlink(missing_ok=True)  # PostgreSQL refuses to start if it is empty
        (self.sockets / f"{SOCKET}.lock").unlink(missing_ok=True)
        # PostgreSQL refuses to start if any process has the former number by now, except its grandparent. It still
        # looks whether the former server's memory is in use.
        environment = os.environ | {"PG_GRANDPARENT_PID": former or "0"}
        command = [postgres_programs.BIN / "postgres", "-D", CLUSTER, "-h", "", "-k", self.sockets]
        command += ["-c", f"cluster_name={self.name}"]  # which the titles of its processes show
        # Statements that fail hold what people typed, so its log has no errors of statements.
        command += ["-c", "log_min_messages=log", "-c", "log_error_verbosity=terse"]
        if sys.platform == "linux":  # after a crash: one call of the system instead of one for each of a thousand files
            command += ["-c", "recovery_init_sync_method=syncfs"]
        options = {"env": environment, "start_new_session": True, "stdin": subprocess.DEVNULL}
        with log.open("a") as output:
            return postgres_programs.start(command, CLUSTER, stdout=output, stderr=output, **options)

    def _postmaster(self) -> psutil.Process | None:
        """Returns the server's first process, if it lives: a zombie has no command line."""
        for process in psutil.process_iter(["cmdline"]):
            command = process.info["cmdline"] or [""]
            if command[0].endswith("/postgres") and str(CLUSTER) in command:
                return process
        return None

    def _backends(self) -> list[psutil.Process]:
        """Returns the server's other processes."""
        title = f"postgres: {self.name}: "
        processes = psutil.process_iter(["cmdline"])
        return [process for process in processes if " ".join(process.info["cmdline"] or "").startswith(title)]


def _folder_of_sockets(name: str, uid: int, gid: int) -> Path:
    """Returns the cluster or, if its path is too long or has special characters, a folder that only `uid` can use."""
    is_short = len(f"{CLUSTER}/{SOCKET}") <= SOCKET_BYTES
    if is_short and re.fullmatch("[A-Za-z0-9/._-]+", str(CLUSTER)):
        return CLUSTER
    folder = Path("/tmp") / name  # noqa: S108 (checked below)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        os.chown(folder, uid, gid)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != uid or status.st_mode & 0o077:
        raise Unusable(f"The database needs the folder {folder} for itself, but {owned(folder)}: delete it.")
    return folder


def _open(name: str) -> IO:
    return (DATA / name).open("a")


@contextlib.contextmanager
def _turn() -> Iterator[IO]:
    """Wait until no other process starts or stops the server. Yields the lock."""
    with _open("postgres.lock") as lock:
        _wait(lambda: _is_locked(lock), "Another process of Broadsheet is starting or stopping the database. Waiting …")
        yield lock


def _is_locked(file: IO) -> bool:
    """Returns whether this process could lock the file, so that no other process has locked it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait(until: Callable[[], bool], sentence: str) -> None:
    """Wait until the condition is true. Print the sentence after a second; raise Unusable after PATIENCE."""
    began, has_printed = time.monotonic(), False
    while not until():
        waited = time.monotonic() - began
        if waited > PATIENCE:
            raise Unusable(f"{sentence} That has taken more than {PATIENCE // 60} minutes.")
        if waited > 1 and not has_printed:
            sys.stderr.write(f"{sentence}\n")
            has_printed = True
        time.sleep(0.05)
