"""Reading the bodies of requests."""

from collections.abc import Iterator

from django.http import HttpRequest
from ninja.parser import Parser

from lib.storable import is_storable


class StorableParser(Parser):
    """Reads JSON, and raises ValueError for what is no object or has text that PostgreSQL cannot store.

    ninja answers 400 then.
    """

    def parse_body(self, request: HttpRequest) -> dict:
        data = super().parse_body(request)
        if not isinstance(data, dict) or not all(map(is_storable, _texts(data))):
            raise ValueError
        return data


def _texts(data) -> Iterator[str]:
    match data:
        case str():
            yield data
        case list():
            for item in data:
                yield from _texts(item)
        case dict():
            yield from data
            for item in data.values():
                yield from _texts(item)
