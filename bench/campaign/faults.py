"""What may happen to a machine besides kills: a full disk, a clock that jumps, a connection that is cut.

A fault `prepares` a site before its first start, `strikes` under load, and is `relieved` before the site must be ready.
"""

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from bench.campaign.cutting import Cutter
from bench.campaign.site import Site

DISK_MB = 400
SECONDS = 1.5  # that a disk stays full
_HOUR = 3_600
_BEFORE_SUMMER = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)  # half an hour before the clocks of Europe change


class Missing(Exception):
    """This machine lacks what the fault needs; the text says what."""


class Fault(Protocol):
    def prepared(self, site: Site) -> object:
        """A context manager around everything that the site does. Raises Missing."""

    def strike(self, chance: random.Random) -> None: ...

    def relieve(self) -> None: ...


class FullDisk:
    """The state folder is a small file system, which is filled to the last byte and emptied again."""

    @contextmanager
    def prepared(self, site: Site) -> Iterator[None]:
        if os.geteuid():
            raise Missing("only root can mount a small file system")
        self.filler = site.folder / "filler"
        command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(site.folder)]
        if subprocess.run(command, check=False).returncode:
            raise Missing("this machine lets nobody mount a file system")
        try:
            yield
        finally:
            site.stop()
            subprocess.run(["umount", str(site.folder)], check=True)

    def strike(self, chance: random.Random) -> None:
        with self.filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(65_536))
            except OSError:
                time.sleep(SECONDS)

    def relieve(self) -> None:
        self.filler.unlink(missing_ok=True)


class JumpingClock:
    """The clock of all processes of the site jumps: an hour on and back, also over a change to summer.

    The site lives shortly before that change, in a time zone that has it. `clock.c` is loaded into its processes,
    which moves the clock on the wall and leaves the one that measures time (libfaketime breaks Python's `time.sleep`).
    """

    def __init__(self) -> None:
        self.offset = int((_BEFORE_SUMMER - datetime.now(UTC)).total_seconds())
        self.jumps = 0

    @contextmanager
    def prepared(self, site: Site) -> Iterator[None]:
        compiler = shutil.which("cc")
        if sys.platform != "linux" or compiler is None:
            raise Missing("the clock of a process is moved on Linux only, by what a C compiler (cc) makes")
        self.file, library = (site.folder.with_name(f"{site.folder.name}.{kind}") for kind in ("clock", "so"))
        source = Path(__file__).with_name("clock.c")
        subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(source)], check=True)
        self._set(self.offset)
        site.environment |= {"CLOCK_FILE": str(self.file), "LD_PRELOAD": str(library), "TZ": "Europe/Berlin"}
        yield

    def strike(self, chance: random.Random) -> None:
        """On in every second round, otherwise back to where it was."""
        self.jumps += 1
        self._set(self.offset + _HOUR * (self.jumps % 2))

    def relieve(self) -> None:
        """The clock stays as it is."""

    def _set(self, seconds: int) -> None:
        unfinished = self.file.with_suffix(".new")
        unfinished.write_text(f"{seconds:+}\n")
        unfinished.chmod(0o644)
        unfinished.rename(self.file)


class CutConnection:
    """Connections to the database are cut in the middle of a statement: PostgreSQL gets it, and nobody its answer.

    `database` is the address of the real one, on a socket of this machine.
    """

    def __init__(self, database: str) -> None:
        self.database = database

    @contextmanager
    def prepared(self, site: Site) -> Iterator[None]:
        with Cutter.open(site.folder.with_name(f"{site.folder.name}.cut"), self.database) as self.cutter:
            site.database = self.database
            site.environment["DATABASE_URL"] = self.cutter.url
            yield

    def strike(self, chance: random.Random) -> None:
        self.cutter.likelihood = chance.uniform(0.02, 0.2)

    def relieve(self) -> None:
        self.cutter.likelihood = 0.0
