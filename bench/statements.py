"""SQL statements of a page, counted by Django itself in this process; each page was asked for once before."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.database import Places
from bench.report import Limit, table

_LIST, _PAPER, _SIGNED_IN = 5, 8, 3  # the most: for a list, for a paper, and how many more signed in


def report(places: Places, stranger: Client, reader: Client) -> list[Limit]:
    """Prints the statements of each page, for a stranger and signed in; the limits that they are held to."""

    def both(request) -> tuple[int, int]:
        return _count(stranger, request.path), _count(reader, request.path)

    lists = {name: both(request) for name, request in places.lists.items()}
    papers = {name: both(request) for name, request in places.papers.items()}
    one_row, bookmarks = both(places.one_row), _count(reader, "/bookmarks")
    rows = [(name, *counts) for name, counts in (lists | {"words, 1 row": one_row}).items()]
    rows += [("bookmarks", None, bookmarks), *((name, *counts) for name, counts in papers.items())]
    print(table(["SQL statements", "stranger", "signed in"], rows))
    growth = max(many - one for many, one in zip(lists["words"], one_row, strict=True))
    return [
        *_limits("list", [*lists.values(), (0, bookmarks)], _LIST),
        *_limits("paper", list(papers.values()), _PAPER),
        Limit("SQL statements more for 30 rows than for 1", growth, 0),
    ]


def _limits(kind: str, counts: list[tuple[int, int]], most: int) -> list[Limit]:
    stranger, signed_in = (max(column) for column in zip(*counts, strict=True))
    return [
        Limit(f"SQL statements of a {kind}, stranger", stranger, most),
        Limit(f"SQL statements of a {kind}, signed in", signed_in, most + _SIGNED_IN),
    ]


def _count(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return len(captured)
