"""A fake of arXiv's query API."""

import httpx2

ENTRY = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">
<entry><id>http://arxiv.org/abs/2509.08721v2</id><title>Sharing
  is caring</title><summary>An abstract.</summary><published>2025-09-10T16:14:20Z</published>
<updated>2025-09-11T16:14:20Z</updated><author><name>Ada Lovelace</name></author>
<arxiv:primary_category term="cs.LG"/><category term="cs.LG"/></entry></feed>"""
EMPTY = '<feed xmlns="http://www.w3.org/2005/Atom"></feed>'


class FakeArxiv:
    """Set `.body` or `.status`; `.requests` holds the URLs of the requests."""

    body, status = ENTRY, 200

    def __init__(self):
        self.requests = []

    def respond(self, request):
        self.requests.append(request.url)
        return httpx2.Response(self.status, text=self.body)
