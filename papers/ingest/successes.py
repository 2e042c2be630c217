"""When each import last succeeded, which a job that succeeded does not leave behind."""

from time import time

from django.core.cache import caches

HUB, ARXIV = "hub", "arxiv"  # the sources


def record(source: str) -> None:
    """Record that an import from this source has just succeeded."""
    caches["default"].set(_key(source), time(), timeout=None)


def last() -> dict[str, float]:
    """Returns the Unix time of the last success of each source that had one."""
    times = caches["default"].get_many([_key(HUB), _key(ARXIV)])
    return {source: times[_key(source)] for source in (HUB, ARXIV) if _key(source) in times}


def _key(source: str) -> str:
    return f"import-success-{source}"
