"""Reading the bodies of requests."""

from collections.abc import Iterator

from django.http import HttpRequest
from ninja import Schema
from ninja.parser import Parser
from pydantic import ConfigDict

from lib.storable import is_storable


class Body(Schema):
    """What an operation takes. Any other member is refused by its name, so that no misspelt one goes unnoticed."""

    model_config = ConfigDict(extra="forbid")


class StorableParser(Parser):
    """Reads a JSON object. Raises ValueError, for which ninja answers 400, for anything else.

    That is also raised for text that PostgreSQL cannot store.
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
