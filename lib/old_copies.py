"""Copies of public answers that are given while the database does not answer, marked as old."""

import gzip

from lib.unavailable import Answer

SECONDS = 600  # the oldest copy
_OF_THE_FRESH = {"age", "cache-control", "content-length", "etag", "expires", "last-modified", "x-cache"}
_BEFORE = b'<main id="main"'  # where pages have their messages


def mark(answer: Answer, age: float) -> Answer:
    """Returns the answer with headers that say how old it is in seconds; pages also have a notice for readers.

    No cache may keep it.
    """
    status, headers, body = answer
    headers = [(name, value) for name, value in headers if name.lower() not in _OF_THE_FRESH]
    if dict(headers).get("Content-Type", "").startswith("text/html"):
        body = _with_notice(body, age, is_compressed=("Content-Encoding", "gzip") in headers)
    headers += [("Age", str(int(age))), ("Cache-Control", "private, no-store"), ("Content-Length", str(len(body)))]
    return status, [*headers, ("X-Cache", "stale")], body


def _with_notice(body: bytes, age: float, *, is_compressed: bool) -> bytes:
    page = gzip.decompress(body) if is_compressed else body
    notice = f"The site’s database does not answer at the moment. This copy of the page is {_in_words(age)} old."
    page = page.replace(_BEFORE, f'<ul class="messages"><li>{notice}</li></ul>\n    '.encode() + _BEFORE, 1)
    return gzip.compress(page, 1, mtime=0) if is_compressed else page


def _in_words(age: float) -> str:
    minutes = int(age // 60)
    return f"{minutes} minute{'s' if minutes > 1 else ''}" if minutes else "less than a minute"
