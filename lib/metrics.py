"""What the processes of a site count, for Prometheus (https://prometheus.io/docs/practices/naming/).

Each process writes its numbers into files in the state folder that it alone has (`lib.number_file`), and a scrape adds
them all up. The files are named by a number, and whoever holds the lock of that name may write them. A process
that ends, however it does, leaves them to the next one, which counts on: there are never more files than processes, and
what was counted is not lost. Without METRICS_TOKEN nothing is counted.

What is to be counted is only noted at first. A thread counts and writes it once a second, much in one go, which takes a
fraction of the time; a kill loses no more than the last second. If it cannot be written, for example because the disk
is full, the log says so, and nothing else fails: numbers are written when there is room again.
"""

import atexit
import fcntl
import logging
import os
from collections import defaultdict, deque
from collections.abc import Iterator
from functools import cache
from itertools import count as natural_numbers
from threading import Lock, Thread
from time import sleep

from django.conf import settings
from prometheus_client import CollectorRegistry, Counter, Histogram, values
from prometheus_client.multiprocess import MultiProcessCollector

from lib import number_file
from lib.env import DATA

FOLDER = DATA / "metrics"
WRITTEN_SECONDS = 1  # from one time to the next at which a process writes what it has noted
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)  # seconds

type Note = tuple[Counter | Histogram, tuple[str, ...], float]  # a metric, its labels and the amount to be counted

os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(FOLDER)  # where prometheus_client opens files
_writing = Lock()
_noted: deque[Note] = deque()
_failed: set[str] = set()  # why numbers could not be written, since they last could

logger = logging.getLogger(__name__)


@cache
def _number_of(process: int) -> str:
    """Returns the number of this process: the first one that no other process has. A forked process takes another."""
    numbers = map(str, natural_numbers())
    return next(number for number in numbers if _lock(number) is not None)  # which the end of the process releases


def _lock(number: str) -> int | None:
    """Returns a file descriptor that holds the lock of this number until it is closed; None if another one does."""
    lock = os.open(FOLDER / f"{number}.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


@cache
def _value_class() -> type:
    FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    return values.MultiProcessValue(lambda: _number_of(os.getpid()))


def _value(*args, **kwargs):
    """Returns the place of one number, for prometheus_client. The first one takes a number for this process."""
    return _value_class()(*args, **kwargs)


values.ValueClass, values.MmapedDict = _value, number_file.NumberFile

_REQUESTS = Histogram(
    "broadsheet_request_duration_seconds",
    "Seconds until a request was answered, by the name of its page and the class of the status.",
    ["page", "status"],
    buckets=_BUCKETS,
    registry=None,
)


def _counter(name: str, text: str, *labels: str) -> Counter:
    return Counter(f"broadsheet_{name}", text, labels, registry=None)


_ANSWERS = _counter(
    "answers_total",
    "Answers that the front door had kept, that were 304 Not Modified, and that were made.",
    "source",
)
_STATEMENTS = _counter("statements_total", "SQL statements of requests, by page.", "page")
_STATEMENT_SECONDS = _counter("statement_seconds_total", "Seconds that statements of requests took, by page.", "page")
_REFUSED = _counter("refused_total", "Requests that were refused because others wait, by whose they were.", "kind")
_CARDS = _counter("cards_total", "Rows of papers and comments on pages that were kept (hit) or drawn (miss).", "result")
_THROTTLED = _counter("throttled_total", "Uses that a rate limit refused, by the name of the limit.", "limit")
_MAILS = _counter("mails_total", "Mails by what the mail server did with them.", "outcome")
_LETTERS = _counter("letters_total", "Attempts to send a letter, by the state in which they left it.", "state")
_JOBS = _counter("jobs_total", "Attempts at jobs, by task and whether they succeeded.", "task", "outcome")

# What is shown as 0 if it has not happened yet, so that the first time is an increase.
_ALWAYS = {
    _ANSWERS: ("front_door", "made", "not_modified"),
    _REFUSED: ("strangers", "members", "changes"),
    _CARDS: ("hit", "miss"),
    _MAILS: ("sent", "refused", "postponed", "unreachable"),
    _LETTERS: ("sent", "empty", "waiting", "failed"),
}


def count_request(watch, status: str, seconds: float) -> None:
    """Count an answered request (`lib.watching.Watch`). `status` is that of the answer: `200 OK`."""
    page = watch.page
    _note(_REQUESTS, seconds, page, f"{status[0]}xx")
    _note(_ANSWERS, 1, "front_door" if watch.is_kept else "not_modified" if status.startswith("304") else "made")
    if watch.statements:
        _note(_STATEMENTS, watch.statements, page)
        _note(_STATEMENT_SECONDS, watch.statement_seconds, page)


def _note(metric: Counter | Histogram, amount: float, *labels: str) -> None:
    """Let the metric count this amount within a second."""
    if settings.METRICS_TOKEN:
        _noted.append((metric, labels, amount))
        _start_writing(os.getpid())


@cache
def _start_writing(process: int) -> None:
    """Start the thread that writes down what this process has noted. Threads do not live on in forked processes."""
    Thread(target=_write_forever, name="metrics", daemon=True).start()
    atexit.register(write)


def _write_forever() -> None:
    while True:
        sleep(WRITTEN_SECONDS)
        write()


def write() -> None:
    """Count all that was noted until now, and write it. What cannot be counted is dropped, and the log says so once."""
    with _writing:
        noted = [_noted.popleft() for _ in range(len(_noted))]
        try:
            _count(noted)
            number_file.save_all()
        except OSError as error:
            if error.strerror not in _failed:
                _failed.add(error.strerror)
                logger.warning("What this process counts cannot be written for /metrics: %s", error.strerror)
        else:
            _failed.clear()


def _count(noted: list[Note]) -> None:
    """Observe each value of a histogram, and add to each counter once, whatever number of notes it has."""
    sums = defaultdict(float)
    for metric, labels, amount in noted:
        if isinstance(metric, Histogram):
            metric.labels(*labels).observe(amount)
        else:
            sums[metric, labels] += amount
    for (metric, labels), amount in sums.items():
        metric.labels(*labels).inc(amount)


def count_refused(kind: str) -> None:
    """Count a request that was refused because the site has more to do than it can. `kind` says whose it was."""
    _note(_REFUSED, 1, kind)


def count_cards(hits: int, misses: int) -> None:
    _note(_CARDS, hits, "hit")
    _note(_CARDS, misses, "miss")


def count_throttled(limit: str) -> None:
    _note(_THROTTLED, 1, limit)


def count_mail(outcome: str) -> None:
    _note(_MAILS, 1, outcome)


def count_letter(state: str) -> None:
    _note(_LETTERS, 1, state)


def count_job(task: str, outcome: str) -> None:
    _note(_JOBS, 1, task, outcome)


def counted() -> Iterator:
    """Returns what all processes have counted, as metrics of prometheus_client. What never happened counts as 0.

    Of other processes, the last second may be missing.
    """
    for counter, names in _ALWAYS.items():
        for name in names:
            _note(counter, 0, name)
    write()
    return MultiProcessCollector(CollectorRegistry(), str(FOLDER)).collect()


def clear() -> None:
    """Delete the numbers of processes that have ended. Called when a site starts, before it serves anything."""
    for path in FOLDER.glob("*.lock"):
        if (lock := _lock(path.stem)) is not None:
            for file in FOLDER.glob(f"*_{path.stem}.db"):
                file.unlink()
            os.close(lock)
