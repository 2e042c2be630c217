"""How much memory and time the dump takes, of 10,000 and of 100,000 synthetic papers (bench/filling.py).

    .venv/bin/python bench/dump.py [--data FOLDER]

`manage.py dump` in a process of its own, whose largest resident set the kernel counts. A small process starts it, since
Linux counts that of whoever starts a process as the process's own, and this one has filled the database. Exits with 1
if that of the larger dump is more than a tenth larger, 2 without data.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path
from unittest.mock import patch

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench import state  # noqa: E402
from bench.report import Limit, table, verdict  # noqa: E402

_SIZES = (10_000, 100_000)
_MOST = 1.1  # times the memory of the smaller dump
_DUMP = """
import resource, subprocess, sys
subprocess.run([sys.executable, "manage.py", "dump"], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options = state.read_options(parser)
    state.set_up("dump")
    print(state.machine())
    rows = [_measure(number, options.files) for number in _SIZES]
    print(table(["papers", "seconds", "MB of memory", "MB of files", "files"], rows))
    small, large = (row[2] for row in rows)
    return verdict([Limit("memory of 100,000 papers by that of 10,000", large / small, _MOST)])


def _measure(number: int, files: list[Path]) -> tuple:
    from django.db import connection

    from api.dump import writing
    from bench import filling, synthetic
    from papers.search import embedding

    with patch.object(embedding, "Bundled", synthetic.Model):
        filling.fill(number, files)
    connection.close()
    started = time.perf_counter()
    process = subprocess.run([sys.executable, "-c", _DUMP], stdout=subprocess.PIPE, check=True)
    seconds, entries = time.perf_counter() - started, writing.index()["files"]
    return (
        f"{number:,}",
        seconds,
        int(process.stdout) / 1e3,
        sum(entry["bytes"] for entry in entries) / 1e6,
        len(entries),
    )


if __name__ == "__main__":
    sys.exit(main())
