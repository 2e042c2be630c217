"""How fast search is, beside a plain list and a bare Django page measured in the same rounds.

    .venv/bin/python bench/search.py [--data FOLDER] [--seconds N]

Measured as pages.py does it, on the same real papers with their vectors. New searches are pieces of titles and the
questions of queries.json, none asked for twice, so that the server has neither their vector nor their result. It has
all cards, as any server has after a while; what those cost that it has not stands in the first table, which tells
where the time of a new search goes.

The first run makes the vectors, which takes a quarter of an hour; they are kept in var/bench/vectors. Exits with 0 if
all limits hold, 1 if one is missed, 2 without data.
"""

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from http.client import HTTPConnection
from itertools import islice, repeat
from pathlib import Path
from urllib.parse import urlencode

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench import rounds, servers, state  # noqa: E402
from bench.load import CARD, ROUNDS, ROWS, Line, Request, ask  # noqa: E402
from bench.report import Limit, verdict  # noqa: E402

_NEW_MS, _REPEATED_MS = 25, 8
_LIST = "/papers/trending"
_FILTERS = {"min_votes": "10", "after": "2025-01-01"}
_TYPING = {"HX-Request": "true", "HX-Current-URL": f"http://{servers.HOST}/papers?q=a"}
_STAGED = 100  # pages of which the stages are timed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=6.0, metavar="N", help="for each line and way of asking")
    options = state.read_options(parser)
    return verdict(_measure(options))


def _measure(options: argparse.Namespace) -> list[Limit]:
    state.set_up("papers")
    from bench import database, questions, stages
    from lib.env import DATA
    from papers.models import Paper

    print(state.machine())
    database.fill(options.files)
    pieces = questions.pieces()
    written = [_search(text) for kind in questions.written().values() for text, _ in kind]
    print(stages.report(_searches(pieces, _STAGED), _searches(pieces, _STAGED), written))
    similar = [f"{paper.get_absolute_url()}/similar" for paper in Paper.objects.order_by("-hot")[:2_000]]
    database.leave()
    with (
        servers.site(int(os.environ["PORT"]), DATA / "site.log") as site,
        servers.bare(servers.free_port(), DATA / "bare.log") as bare,
    ):
        _warm(site)
        lines = _lines(site, bare, pieces, written, similar)
        results = rounds.rounds(lines, options.seconds)
    print(rounds.report(lines, results))
    return [
        *(Limit(f"{name}, p50 in ms", rounds.p50(results, name), _NEW_MS) for name in ("few words", "a question")),
        Limit("repeated, p50 in ms", rounds.p50(results, "few words, repeated"), _REPEATED_MS),
    ]


def _lines(site, bare, pieces, written, similar) -> list[Line]:
    def line(name: str, path: str, server: servers.Server = site, **answer) -> Line:
        return Line(name, server, lambda client: repeat((Request(path, **answer),)))

    def once(name: str, paths: Iterable[str], most: int = 2_000, **answer) -> Line:
        turns = ((Request(path, **{"holds": CARD} | answer),) for path in paths)
        return Line(name, site, lambda client: turns, most=most, repeatable=False)

    def new(name: str, headers: dict[str, str] | None = None, **params: str) -> Line:
        return once(name, (_search(piece, **params) for piece in pieces), headers=headers or {})

    return [
        line("bare Django page", "/", bare, rows=ROWS),
        line("trending", _LIST, rows=ROWS),
        new("few words"),
        once("a question", written, most=len(written) // ROUNDS),
        line("few words, repeated", _search("language model reasoning"), rows=ROWS),
        new("few words, words only", by="words"),
        once("few words, meaning only", (_search(piece, by="meaning") for piece in pieces), holds=b"<h1"),
        new("few words, filters", **_FILTERS),
        new("few words, as one types", _TYPING),
        once("similar papers", similar),
    ]


def _searches(pieces: Iterator[str], number: int) -> list[str]:
    return [_search(piece) for piece in islice(pieces, number)]


def _search(text: str, **params: str) -> str:
    return "/papers?" + urlencode({"q": text, **params})


def _warm(site: servers.Server) -> None:
    """Shows every card once, by way of all pages of the plain list, and makes the server read its model."""
    from bench.database import OLDER

    connection = HTTPConnection(servers.HOST, site.port, timeout=30)
    try:
        first = ask(connection, Request(_search("a search that is the first of all")))
        print(f"\nThe first search of a process, which reads the model, took {first.milliseconds:,.0f} ms.")
        path = _LIST
        while path:
            older = OLDER.search(ask(connection, Request(path)).body.decode())
            path = older and _LIST + older[1].replace("&amp;", "&")
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
