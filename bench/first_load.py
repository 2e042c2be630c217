"""The first load of /papers by a browser with an empty cache.

Wire bytes are bodies as sent (brotli or gzip) and the lines of their headers. Fonts are counted by themselves. Layout
shift and largest paint are those of headless Chromium at 1.6 Mbit/s with 150 ms of latency.
"""

import re
from http.client import HTTPConnection
from urllib.parse import urljoin

from playwright.sync_api import sync_playwright

from bench.load import Request, ask
from bench.report import Limit, table
from bench.servers import HOST, Server
from tests.browser import chromium

_MOST_BYTES, _MOST_FONT_BYTES, _MOST_REQUESTS = 60_000, 120_000, 6
_MOST_SHIFT, _MOST_PAINT_MS = 0.01, 1_000
_THROTTLED = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 200_000}  # bytes/s
_ENTRIES = """type => new Promise(resolve => new PerformanceObserver(list => resolve(
    list.getEntries().map(entry => type === "layout-shift" ? entry.value : entry.startTime)
)).observe({type, buffered: true}) || setTimeout(() => resolve([]), 500))"""
_SOURCES = re.compile(r'<(?:script|img)\b[^>]*?\ssrc="([^"]+)"')
_LINKS = re.compile(r'<link\b(?=[^>]*\brel="(?:icon|stylesheet|preload)")[^>]*?\shref="([^"]+)"')
_STYLE_URLS = re.compile(r'\burl\(["\']?([^"\')]+)')


def report(site: Server) -> list[Limit]:
    connection = HTTPConnection(HOST, site.port, timeout=30)
    sizes, waiting = {}, ["/papers"]
    try:
        while waiting:
            path = waiting.pop(0)
            answer = ask(connection, Request(path), "gzip, deflate, br")
            sizes[path] = answer.wire_bytes
            waiting += [named for named in _named(path, answer.body) if named not in (*sizes, *waiting)]
    finally:
        connection.close()
    fonts = sum(size for path, size in sizes.items() if path.endswith(".woff2"))
    others = {path: size for path, size in sizes.items() if not path.endswith(".woff2")}
    rows = [*others.items(), ("together", sum(others.values())), ("fonts", fonts)]
    print(table(["first load of /papers", "bytes on the wire"], rows))
    return [
        Limit("first load, bytes on the wire", sum(others.values()), _MOST_BYTES),
        Limit("first load, bytes of fonts", fonts, _MOST_FONT_BYTES),
        Limit("first load, requests", len(others), _MOST_REQUESTS),
        *_painted(f"http://{HOST}:{site.port}/papers"),
    ]


def _painted(url: str) -> list[Limit]:
    with sync_playwright() as playwright:
        path = chromium.find(playwright)
        if path is None:
            print("No Chromium: layout shift and largest paint are not measured.")
            return []
        with playwright.chromium.launch(executable_path=path, args=["--no-sandbox"]) as browser:
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", _THROTTLED)
            page.goto(url, wait_until="networkidle")
            shifts, paints = (page.evaluate(_ENTRIES, type) for type in ("layout-shift", "largest-contentful-paint"))
    return [
        Limit("first load, layout shift", sum(shifts), _MOST_SHIFT),
        Limit("first load, largest paint in ms", max(paints), _MOST_PAINT_MS),
    ]


def _named(path: str, body: bytes) -> list[str]:
    """The addresses of this site that a page or a style sheet makes a browser ask for, and fonts that it may."""
    addresses = []
    if path.endswith(".css"):
        addresses = _STYLE_URLS.findall(body.decode())
    elif not path.startswith("/static/"):
        addresses = _SOURCES.findall(body.decode()) + _LINKS.findall(body.decode())
    return [urljoin(path, address) for address in dict.fromkeys(addresses) if "data:" not in address]
