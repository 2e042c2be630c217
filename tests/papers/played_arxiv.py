"""arXiv as it answers on the wire."""

import itertools

import httpx2

from papers.ingest.client import Client

ENTRY = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">
<entry><id>http://arxiv.org/abs/2509.08721v2</id><title>Sharing
  is caring</title><summary>An abstract.</summary><published>2025-09-10T16:14:20Z</published>
<updated>2025-09-11T16:14:20Z</updated><author><name>Ada Lovelace</name></author>
<arxiv:primary_category term="cs.LG"/><category term="cs.LG"/></entry></feed>"""
EMPTY = '<feed xmlns="http://www.w3.org/2005/Atom"></feed>'


class Arxiv:
    """Set `.body` or `.status`; `.requests` holds the addresses that were asked for."""

    body, status = ENTRY, 200

    def __init__(self):
        self.requests = []
        clock = itertools.count(step=10).__next__  # seconds pass, so that it is always our turn
        self.client = Client(httpx2.MockTransport(self.answer), patience=0.1, clock=clock)

    def answer(self, request):
        self.requests.append(request.url)
        return httpx2.Response(self.status, text=self.body)
