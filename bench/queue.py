"""What moderators' pages cost with 200 open flags, beside an empty queue.

    .venv/bin/python bench/queue.py [--data FOLDER]

Pages of Django's test client in this process, in ms. Exits with 0 if all limits hold, 1 if one is missed.
"""

import argparse
import sys
import time
from pathlib import Path
from statistics import median

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench import state  # noqa: E402
from bench.report import Limit, table, verdict  # noqa: E402

_FLAGS, _PAPERS, _ROUNDS, _MORE_STATEMENTS, _MOST_MS = 200, 100, 30, 8, 250


def main() -> int:
    options = state.read_options(argparse.ArgumentParser(description=__doc__.split("\n", 1)[0]))
    state.set_up("queue")
    from unittest.mock import patch

    from bench import filling, synthetic
    from papers.search import embedding

    print(state.machine())
    with patch.object(embedding, "Bundled", synthetic.Model):
        filling.fill(_PAPERS, options.files)
    return verdict(_measure())


def _measure() -> list[Limit]:
    from bench import flagging

    client = flagging.moderator()
    flagging.clear()
    empty = _page(client, "/moderation")
    subject = flagging.flag(_FLAGS)
    pages = {"queue, empty": empty, f"queue, {_FLAGS} flags": _page(client, "/moderation")}
    pages["a flagged comment"] = _page(client, subject)
    print(table(["page", "statements", "p50 ms"], [(name, *found) for name, found in pages.items()]))
    statements, milliseconds = pages[f"queue, {_FLAGS} flags"]
    flagging.flag(_FLAGS)
    twice, _ = _page(client, "/moderation")
    return [
        Limit("statements of the queue more than of an empty one", statements - empty[0], _MORE_STATEMENTS),
        Limit(f"statements more with {2 * _FLAGS} flags", twice - statements, 0),
        Limit("ms of the queue", milliseconds, _MOST_MS),
    ]


def _page(client, path: str) -> tuple[int, float]:
    """The number of statements of a page, and the median of its times in ms."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        _get(client, path)
    return len(captured), median(_get(client, path) for _ in range(_ROUNDS))


def _get(client, path: str) -> float:
    started = time.perf_counter()
    answer = client.get(path)
    took = 1_000 * (time.perf_counter() - started)
    assert answer.status_code == 200, answer.content.decode()
    return took


if __name__ == "__main__":
    sys.exit(main())
