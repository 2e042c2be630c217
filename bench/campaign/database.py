"""An embedded PostgreSQL for a site that gets its address: `python -m bench.campaign.database` prints it.

The server stops when the standard input of that process ends, unless others use it.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.campaign.site import ROOT


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Yields the address of a server whose files are in this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    options = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    environment = os.environ | {"BROADSHEET_DATA": str(folder)}
    command = [sys.executable, "-m", "bench.campaign.database"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, **options) as process:
        yield process.stdout.readline().strip()
        process.stdin.close()


if __name__ == "__main__":
    from lib import postgres

    sys.stdout.write(f"{postgres.provide().url}\n")
    sys.stdout.flush()
    sys.stdin.read()
