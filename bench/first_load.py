"""The first load of /papers as a browser with an empty cache does it: the page and all it names, in wire bytes.

Counted are bodies as sent (brotli or gzip) and the lines of their headers.
"""

import re
from http.client import HTTPConnection
from urllib.parse import urljoin

from bench.load import Request, ask
from bench.report import Limit, table
from bench.servers import HOST, Server

_MOST_BYTES, _MOST_REQUESTS = 60_000, 6
_SOURCES = re.compile(r'<(?:script|img)\b[^>]*?\ssrc="([^"]+)"')
_LINKS = re.compile(r'<link\b(?=[^>]*\brel="(?:icon|stylesheet)")[^>]*?\shref="([^"]+)"')
_STYLE_URLS = re.compile(r'\burl\(["\']?([^"\')]+)')


def report(site: Server) -> list[Limit]:
    connection = HTTPConnection(HOST, site.port, timeout=30)
    sizes, waiting = {}, ["/papers"]
    try:
        while waiting:
            path = waiting.pop(0)
            answer = ask(connection, Request(path), "gzip, deflate, br")
            sizes[path] = answer.wire_bytes
            waiting += [named for named in _named(path, answer.body.decode()) if named not in (*sizes, *waiting)]
    finally:
        connection.close()
    print(table(["first load of /papers", "bytes on the wire"], [*sizes.items(), ("together", sum(sizes.values()))]))
    return [
        Limit("first load, bytes on the wire", sum(sizes.values()), _MOST_BYTES),
        Limit("first load, requests", len(sizes), _MOST_REQUESTS),
    ]


def _named(path: str, text: str) -> list[str]:
    """The addresses of this site that a page or a style sheet makes a browser ask for."""
    addresses = []
    if path.endswith(".css"):
        addresses = _STYLE_URLS.findall(text)
    elif not path.startswith("/static/"):
        addresses = _SOURCES.findall(text) + _LINKS.findall(text)
    return [urljoin(path, address) for address in dict.fromkeys(addresses) if "data:" not in address]
