"""The site in processes of its own, which can be killed one by one: `manage.py serve` on its embedded PostgreSQL."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench.servers import HOST, answers

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 240  # seconds: the machine may be busy
_SUPERVISOR = ["-m", "lib.supervisor"]
_PAUSE = 0.1  # seconds between two looks
_WORKER = ["manage.py", "procrastinate", "worker"]
_GONE = (psutil.NoSuchProcess, psutil.ZombieProcess)


class NotReady(Exception):
    """The site did not become ready; the text has the end of its log."""


@dataclass
class Site:
    """A site whose state is in `folder`. `second_tries` counts the starts that ended before the site was ready.

    `database` is the address of the database as the oracle reads it, and "" that of the embedded PostgreSQL.
    """

    folder: Path
    port: int
    environment: dict[str, str] = field(default_factory=dict)
    database: str = ""
    processes: int = 2
    second_tries: int = 0
    process: subprocess.Popen | None = None

    @property
    def log(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.log")

    @property
    def url(self) -> str:
        return self.database or f"postgresql://postgres:@/postgres?host={self._sockets()}"

    def start(self) -> None:
        """Start the site unless it runs, and wait until it is ready. A start that ends is counted and tried once more.

        Raises NotReady.
        """
        for is_last in (False, True):
            if self.process is None or self.process.poll() is not None:
                self.process = self._serve()
            if self._becomes_ready():
                return
            self.second_tries += 1
            if is_last:
                break
        raise NotReady(self.log.read_text(errors="replace")[-3_000:])

    def stop(self) -> None:
        """End the site as an operator does."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE)

    def command(self, *arguments: str, output: int | None = None) -> subprocess.Popen:
        """Start a command of manage.py in the environment of the site."""
        command, errors = [sys.executable, "manage.py", *arguments], subprocess.STDOUT
        return subprocess.Popen(command, cwd=ROOT, env=self._environment(), stdout=output, stderr=errors, text=True)

    def module(self, name: str) -> str:
        """Returns what `python -m NAME` prints in the environment of the site."""
        command = [sys.executable, "-m", name]
        return subprocess.run(
            command, cwd=ROOT, env=self._environment(), stdout=subprocess.PIPE, text=True, check=True
        ).stdout

    def wait_for[T](self, found: Callable[[], T | None]) -> T:
        """Returns what the function finds as soon as it finds something. Raises NotReady."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if value := found():
                return value
            time.sleep(_PAUSE)
        raise NotReady(self.log.read_text(errors="replace")[-3_000:])

    # --- what can be killed ---------------------------------------------------------------------

    def main(self) -> psutil.Process:
        """Returns gunicorn's arbiter, with which the site ends."""
        return psutil.Process(self.process.pid)

    def web(self) -> list[psutil.Process]:
        """Returns the processes that answer requests: the arbiter's children that were forked, so have its command."""
        main = self.main()
        command = main.cmdline()
        return [child for child in main.children() if _command(child) == command]

    def worker(self) -> psutil.Process | None:
        """Returns the worker, or None while its supervisor pauses."""
        children = self.main().children(recursive=True)
        return next((child for child in children if _command(child)[1:] == _WORKER), None)

    def supervisor(self) -> psutil.Process | None:
        """Returns the process that keeps the worker running, or None until it was started again."""
        return next((child for child in self.main().children() if _command(child)[1:3] == _SUPERVISOR), None)

    def postmaster(self) -> psutil.Process | None:
        """Returns the first process of the embedded PostgreSQL, or None if it does not run."""
        with suppress(OSError, ValueError, *_GONE):
            pid = int((self.folder / "postgres" / "postmaster.pid").read_text().split("\n")[0])
            process = psutil.Process(pid)
            return process if _command(process)[:1] and process.name().startswith("postgres") else None

    def everything(self) -> list[psutil.Process]:
        return list(filter(None, [self.main(), *self.main().children(recursive=True), self.postmaster()]))

    def wait_until_ended(self) -> None:
        self.process.wait(PATIENCE)

    # --------------------------------------------------------------------------------------------

    def _serve(self) -> subprocess.Popen:
        command = [sys.executable, "manage.py", "serve"]
        with self.log.open("a") as log:
            options = {"stdout": log, "stderr": subprocess.STDOUT, "start_new_session": True}
            return subprocess.Popen(command, cwd=ROOT, env=self._environment(), **options)

    def _becomes_ready(self) -> bool:
        """Whether the main process has web processes, and one answers: those of a killed one live a bit longer."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            with suppress(*_GONE):
                if self.web() and answers(self.port, "/readyz"):
                    return True
            time.sleep(_PAUSE)
        return False

    def _sockets(self) -> str:
        lines = (self.folder / "postgres" / "postmaster.pid").read_text().split("\n")
        return lines[4]

    def _environment(self) -> dict[str, str]:
        own = {
            "BASE_URL": f"http://{HOST}:{self.port}",
            "BROADSHEET_DATA": str(self.folder),
            "BROADSHEET_DEMO": "1",
            "DATABASE_URL": "",
            "DEBUG": "0",
            "EMBEDDING": "none",
            "HOST": HOST,
            "METRICS_TOKEN": "a-token-of-thirty-characters..",
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            "WEB_CONCURRENCY": str(self.processes),
        }
        return os.environ | own | self.environment


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except _GONE:
        return []
