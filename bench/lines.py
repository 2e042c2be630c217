"""What is measured, line by line. The first line is the yardstick."""

from collections.abc import Iterator
from dataclasses import replace
from http.client import HTTPConnection
from itertools import cycle, repeat

from bench.database import COLD, Pages
from bench.load import ROUNDS, ROWS, Line, Request, Turn, ask
from bench.servers import HOST, Server


def lines(bare: Server, site: Server, pages: Pages, reader: dict[str, str]) -> list[Line]:
    """Returns the lines of the table. `reader` are the headers of a person who is signed in."""

    def line(name: str, request: Request, server: Server = site) -> Line:
        return Line(name, server, lambda client: repeat((request,)))

    month, paper = pages.lists["month"], pages.papers["paper"]
    return [
        line("bare Django page", Request("/", rows=ROWS), bare),
        *(line(name, request) for name, request in pages.lists.items()),
        *(line(name, request) for name, request in pages.papers.items()),
        line("month, 304", Request(month.path, headers={"If-None-Match": _etag(site, month)}, status=304)),
        line("month, signed in", replace(month, headers=reader)),
        line("bookmarks, signed in", Request("/bookmarks", headers=reader, rows=ROWS)),
        line("paper, signed in", replace(paper, headers=reader)),
        Line("vote, withdraw", site, lambda client: cycle([_vote_and_withdraw(pages.votable[client], reader)])),
        _cold(site, pages.cold),
    ]


def _vote_and_withdraw(paper: str, reader: dict[str, str]) -> Turn:
    headers = reader | {"HX-Request": "true"}
    return tuple(
        Request(f"{paper}/{verb}", "POST", headers, holds=f'aria-pressed="{pressed}"'.encode())
        for verb, pressed in (("vote", "true"), ("vote/withdraw", "false"))
    )


def _cold(site: Server, requests: list[Request]) -> Line:
    """Each page but once, so that no card of it was ever rendered by this server."""
    never_seen: Iterator[Turn] = iter([(request,) for request in requests])
    return Line("trending, cold cards", site, lambda client: never_seen, most=COLD // ROUNDS, repeatable=False)


def _etag(site: Server, request: Request) -> str:
    connection = HTTPConnection(HOST, site.port, timeout=30)
    try:
        return ask(connection, request).etag
    finally:
        connection.close()
