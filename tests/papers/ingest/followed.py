"""A fake of a site that is followed: the lists of its days by pages, with ETags."""

import hashlib
import json

import httpx2

from papers.ingest import daily
from papers.ingest.client import Client
from papers.ingest.save import ImportCounts
from papers.sites import HUB

PAGE = 100


def row(arxiv_id, votes=0, **fields) -> dict:
    """A row of a list of papers; those in capitals or of two words are of the row, and the others of the paper."""
    of_row = {name: fields.pop(name) for name in ("numComments",) if name in fields}
    paper = {"id": arxiv_id, "title": "T", "publishedAt": "2025-09-01T00:00:00.000Z", "upvotes": votes}
    return {"paper": paper | fields, "publishedAt": paper["publishedAt"], **of_row}


class Site:
    """`lists` are rows by day, and `failing` statuses by (day, page)."""

    def __init__(self, address=HUB):
        self.address, self.lists, self.failing, self.requests = address, {}, {}, []

    @property
    def client(self) -> Client:
        return Client(httpx2.MockTransport(self.respond), max_wait=2, sleep=lambda seconds: None, clock=lambda: 0)

    def follow(self) -> ImportCounts:
        return daily.import_hub(self.client)

    def status(self, request) -> int:
        return self._answer(request).status_code

    def respond(self, request):
        self.requests.append(request)
        return self._answer(request)

    def _answer(self, request):
        day, page = request.url.params["date"], request.url.params.get("p", "0")
        if status := self.failing.get((day, page)):
            return httpx2.Response(status)
        rows, start = self.lists.get(day, []), int(page) * PAGE
        body = json.dumps(rows[start : start + PAGE]).encode()
        headers = {"ETag": f'W/"{hashlib.sha256(body).hexdigest()}"'}
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return httpx2.Response(304, headers=headers)
        if len(rows) > start + PAGE:
            url = f"{self.address}/api/daily_papers?date={day}&limit={PAGE}&p={int(page) + 1}"
            headers["Link"] = f'<{url}>; rel="next"'
        return httpx2.Response(200, content=body, headers=headers)
