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
    """`lists` are rows by day, `papers` answers by arXiv id, and `failing` statuses by (day, page) or arXiv id.

    The requests of lists are in `requests`, and those of papers in `paper_requests`.
    """

    def __init__(self, address=HUB):
        self.address, self.lists, self.papers, self.failing = address, {}, {}, {}
        self.requests, self.paper_requests = [], []

    @property
    def client(self) -> Client:
        return Client(httpx2.MockTransport(self.respond), max_wait=2, sleep=lambda seconds: None, clock=lambda: 0)

    def follow(self) -> ImportCounts:
        return daily.import_hub(self.client)

    def status(self, request) -> int:
        return self._answer(request).status_code

    def respond(self, request):
        is_paper = request.url.path.startswith("/api/papers/")
        (self.paper_requests if is_paper else self.requests).append(request)
        return self._paper(request) if is_paper else self._answer(request)

    def _paper(self, request):
        arxiv_id = request.url.path.removeprefix("/api/papers/")
        if arxiv_id in self.failing or arxiv_id not in self.papers:
            return httpx2.Response(self.failing.get(arxiv_id, 404))
        return _conditional(request, json.dumps(self.papers[arxiv_id]).encode())

    def _answer(self, request):
        day, page = request.url.params["date"], request.url.params.get("p", "0")
        if status := self.failing.get((day, page)):
            return httpx2.Response(status)
        rows, start = self.lists.get(day, []), int(page) * PAGE
        response = _conditional(request, json.dumps(rows[start : start + PAGE]).encode())
        if response.status_code == 200 and len(rows) > start + PAGE:
            url = f"{self.address}/api/daily_papers?date={day}&limit={PAGE}&p={int(page) + 1}"
            response.headers["Link"] = f'<{url}>; rel="next"'
        return response


def _conditional(request, body: bytes):
    headers = {"ETag": f'W/"{hashlib.sha256(body).hexdigest()}"'}
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return httpx2.Response(304, headers=headers)
    return httpx2.Response(200, content=body, headers=headers)
