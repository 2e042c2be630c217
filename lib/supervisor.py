"""Keeps one command running: `python -m lib.supervisor COMMAND…` restarts it whenever it ends, until SIGTERM.

It is a process of its own without Django, so that the web server, which forks, needs no thread for it, and so that it
takes only a few megabytes.
"""

import ctypes
import json
import logging
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

FIRST_PAUSE, LAST_PAUSE = 1, 60  # seconds before a restart; each pause is twice as long as the one before …
STABLE = 300  # … until the command has run for this many seconds
SHUTDOWN = 20  # seconds that the command has to end after SIGTERM
_SIGNALS = (signal.SIGTERM, signal.SIGINT)

logger = logging.getLogger("supervisor")


def supervise(command: list[str]) -> None:
    """Run the command again and again. Raises SystemExit on SIGTERM or Ctrl-C, after the command has ended."""
    for number in _SIGNALS:
        signal.signal(number, _leave)
    pause = FIRST_PAUSE
    while True:
        started = time.monotonic()
        code = _run(command)
        if time.monotonic() - started > STABLE:
            pause = FIRST_PAUSE
        logger.error("%s ended with %s; it is started again in %s s", " ".join(command), _describe(code), pause)
        time.sleep(pause)
        pause = min(2 * pause, LAST_PAUSE)


def end_with_parent() -> None:
    """Make this process end with its parent, even if that is killed: for `preexec_fn` (Linux: PR_SET_PDEATHSIG)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _leave(*_) -> None:
    """Exit, and ignore further signals: Ctrl-C arrives twice, from the terminal and from the site."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    sys.exit(0)


def _run(command: list[str]) -> int:
    process = subprocess.Popen(command, preexec_fn=end_with_parent)
    try:
        return process.wait()
    finally:
        _end(process)


def _end(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(SHUTDOWN)
    except subprocess.TimeoutExpired:
        logger.warning("Process %s does not end and is killed; its jobs are begun again", process.pid)
        process.kill()
        process.wait()


def _describe(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


class JsonFormatter(logging.Formatter):
    """Writes lines as `lib.logs` does, without its modules, which take more memory than all of this process."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"time": at, "level": record.levelname.lower(), "logger": record.name, "event": record.getMessage()}
        return json.dumps(line)


if __name__ == "__main__":
    logging.basicConfig(format="{asctime} {levelname} {name}: {message}", style="{")
    if os.environ.get("LOG_FORMAT") == "json":
        logging.root.handlers[0].setFormatter(JsonFormatter())
    supervise(sys.argv[1:])
