"""Imports by a command that is killed and begun again: each paper must be there once."""

import json
import random
import signal
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.campaign.oracle import Ledger
from bench.campaign.site import Site

PAPERS = 25  # of one import


def write(folder: Path, number: int) -> tuple[Path, list[str]]:
    """Write an answer of the Hub with papers that only this import has. Returns its path and their ids."""
    ids = [f"1201.{number * PAPERS + index:04}" for index in range(PAPERS)]
    rows = [_row(arxiv_id) for arxiv_id in ids]
    path = folder / f"import-{number}.json"
    path.write_text(json.dumps(rows))
    return path, ids


def start(site: Site, path: Path) -> subprocess.Popen:
    return site.command("import_hub", str(path), output=subprocess.PIPE)


def kill_and_finish(site: Site, ledger: Ledger, first: subprocess.Popen, path: Path, ids: list[str], chance) -> None:
    """Kill the import that has begun, unless it has ended, and let a second one finish the work."""
    time.sleep(chance.uniform(0, 1.5))
    first.send_signal(signal.SIGKILL)
    first.communicate()
    second = start(site, path)
    output, _ = second.communicate()
    if second.returncode:
        raise RuntimeError(f"The import did not end well:\n{output}")
    for arxiv_id in ids:
        ledger.possible[f"import {arxiv_id}"] = [1]


def _row(arxiv_id: str) -> dict:
    chance = random.Random(arxiv_id)
    moment = f"{datetime.now(UTC):%Y-%m-%dT00:00:00.000Z}"
    return {
        "paper": {
            "id": arxiv_id,
            "title": f"Paper {arxiv_id} of the campaign",
            "summary": "An abstract that is made up.",
            "authors": [{"name": f"Author {chance.randrange(1_000)}"}],
            "publishedAt": moment,
            "submittedOnDailyAt": moment,
            "upvotes": chance.randrange(50),
        },
        "submittedOnDailyAt": moment,
        "publishedAt": moment,
    }
