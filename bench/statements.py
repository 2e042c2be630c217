"""SQL statements of a page, counted by Django itself in this process; each page was asked for once before."""

from operator import sub

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.database import Pages
from bench.report import Limit, table

_LIST, _PAPER, _SIGNED_IN = 5, 8, 4  # the most: for a list, for a paper, and how many more signed in


def report(pages: Pages, stranger: Client, reader: Client) -> list[Limit]:
    """Prints the statements of each page, for a stranger and signed in; the limits that they are held to."""

    def both(request) -> tuple[int, int]:
        return _count(stranger, request.path), _count(reader, request.path)

    lists = {name: both(request) for name, request in pages.lists.items()}
    papers = {name: both(request) for name, request in pages.papers.items()}
    one_row, bookmarks = both(pages.one_row), _count(reader, "/bookmarks")
    rows = [(name, *counts) for name, counts in (lists | {f"words, {pages.one_row.rows} row": one_row}).items()]
    rows += [("bookmarks", None, bookmarks), *((name, *counts) for name, counts in papers.items())]
    print(table(["SQL statements", "stranger", "signed in"], rows))
    return [
        Limit("SQL statements of a list", max(stranger for stranger, _ in lists.values()), _LIST),
        Limit("SQL statements of a paper", max(stranger for stranger, _ in papers.values()), _PAPER),
        Limit("SQL statements more, signed in", max(more - few for few, more in (lists | papers).values()), _SIGNED_IN),
        Limit("SQL statements of the bookmarks", bookmarks, _LIST + _SIGNED_IN),
        Limit("SQL statements more for 30 rows than for 1", max(map(sub, lists["words"], one_row)), 0),
    ]


def _count(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return len(captured)
