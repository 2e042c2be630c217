"""When each import last succeeded, which a job that succeeded does not leave behind."""

from collections.abc import Iterable
from time import time
from typing import NamedTuple

from django.core.cache import caches


class Import(NamedTuple):
    """What is imported at once: all of a source, or a category of it."""

    source: str
    category: str = ""

    @property
    def key(self) -> str:
        return f"import-success-{self.source}-{self.category}"


HUB, ARXIV = "hub", "arxiv"  # the sources


def record(source: str, category: str = "") -> None:
    """Record that an import has just succeeded."""
    caches["default"].set(Import(source, category).key, time(), timeout=None)


def last(imports: Iterable[Import]) -> dict[Import, float]:
    """Returns the Unix time of the last success of each of these imports, and 0 for one that had none."""
    imports = list(imports)
    times = caches["default"].get_many([each.key for each in imports])
    return {each: times.get(each.key, 0) for each in imports}
