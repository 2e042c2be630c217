"""Copies of public answers that are given while the site cannot make them anew, marked as old."""

import gzip

from lib.unavailable import Answer, Reason

SECONDS = 600  # the oldest copy
_OF_THE_FRESH = {"age", "cache-control", "content-length", "etag", "expires", "last-modified", "x-cache"}
_BEFORE = b'<main id="main"'  # where pages have their messages


def notice(reason: Reason, age: float) -> str:
    """Returns a notice for readers of a page that is this many seconds old, which is the same for a minute."""
    minutes = int(age // 60)
    words = f"{minutes} minute{'s' if minutes > 1 else ''}" if minutes else "less than a minute"
    return f"{reason.notice} This copy of the page is {words} old."


def mark(answer: Answer, notice: str) -> Answer:
    """Returns the answer for no cache to keep; if it is a page, with the notice."""
    status, headers, body = answer
    headers = [(name, value) for name, value in headers if name.lower() not in _OF_THE_FRESH]
    if dict(headers).get("Content-Type", "").startswith("text/html"):
        body = _with_notice(body, notice, is_compressed=("Content-Encoding", "gzip") in headers)
    headers += [("Cache-Control", "private, no-store"), ("Content-Length", str(len(body))), ("X-Cache", "stale")]
    return status, headers, body


def dated(answer: Answer, age: float) -> Answer:
    """Returns the answer with its age in seconds."""
    status, headers, body = answer
    return status, [*headers, ("Age", str(int(age)))], body


def _with_notice(body: bytes, notice: str, *, is_compressed: bool) -> bytes:
    page = gzip.decompress(body) if is_compressed else body
    page = page.replace(_BEFORE, f'<ul class="messages"><li>{notice}</li></ul>\n    '.encode() + _BEFORE, 1)
    return gzip.compress(page, 1, mtime=0) if is_compressed else page
