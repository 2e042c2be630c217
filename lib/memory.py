"""A cache of Django's in the memory of one process, for values that follow from their keys and that nobody changes."""

from collections import defaultdict
from itertools import islice

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

from lib import metrics

_VALUES: dict[str, dict[str, object]] = defaultdict(dict)


class MemoryCache(BaseCache):
    """Holds the values themselves, where Django's own would pickle them, and never expires them.

    When there are MAX_ENTRIES, the oldest third is dropped. Nothing is locked, since each step is one of a dict's. Of
    the methods of a cache, it has those that are used: get, get_many, set, set_many and clear.
    """

    def __init__(self, name: str, params: dict) -> None:
        super().__init__(params)
        self._values = _VALUES[name]

    def get(self, key, default=None, version=None):
        return self._values.get(key, default)

    def get_many(self, keys, version=None) -> dict:
        values = {key: value for key in keys if (value := self._values.get(key)) is not None}
        metrics.count_cards(len(values), len(keys) - len(values))
        return values

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None) -> None:
        if key not in self._values and len(self._values) >= self._max_entries:
            for oldest in list(islice(self._values, self._max_entries // 3)):
                self._values.pop(oldest, None)
        self._values[key] = value

    def clear(self) -> None:
        self._values.clear()
