"""Keeps one command running: `python -m lib.supervisor COMMAND…` starts it again whenever it ends, until SIGTERM.

Plain Python in a process of its own: no thread beside a server that forks, and a few megabytes.
"""

import ctypes
import logging
import signal
import subprocess
import sys
import time

FIRST_PAUSE, LAST_PAUSE = 1, 60  # seconds before it is started again, doubled each time …
GOOD = 300  # … until it ran for so many
FAREWELL = 20  # seconds that it has to end what it is doing
_SIGNALS = (signal.SIGTERM, signal.SIGINT)

logger = logging.getLogger("supervisor")


def supervise(command: list[str]) -> None:
    """Raises SystemExit on SIGTERM or Ctrl-C, once the command has ended."""
    for number in _SIGNALS:
        signal.signal(number, _leave)
    pause = FIRST_PAUSE
    while True:
        started = time.monotonic()
        code = _run(command)
        if time.monotonic() - started > GOOD:
            pause = FIRST_PAUSE
        logger.error("%s ended with %s; it is started again in %s s", " ".join(command), _words(code), pause)
        time.sleep(pause)
        pause = min(2 * pause, LAST_PAUSE)


def end_with_parent() -> None:
    """For `preexec_fn`: who starts us takes us along, even when killed (Linux: prctl(PR_SET_PDEATHSIG))."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _leave(*_) -> None:
    """Once: Ctrl-C reaches us twice, from the terminal and by way of the site."""
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
        process.wait(FAREWELL)
    except subprocess.TimeoutExpired:
        logger.warning("Process %s does not end and is killed; its jobs are begun again", process.pid)
        process.kill()
        process.wait()


def _words(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


if __name__ == "__main__":
    logging.basicConfig(format="{asctime} {levelname} {name}: {message}", style="{")
    supervise(sys.argv[1:])
