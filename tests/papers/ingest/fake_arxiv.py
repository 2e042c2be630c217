"""Fakes of arXiv's query API and of its OAI-PMH."""

from datetime import datetime

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


def raw_record(arxiv_id: str, *dates: str, title="T", categories="cs.CL", source_type="D") -> str:
    """A record of arXivRaw with a version of each of these dates."""
    versions = "".join(
        f'<version version="v{number}"><date>{datetime.fromisoformat(date):%a, %d %b %Y} 12:00:00 GMT</date>'
        f"<source_type>{source_type}</source_type></version>"
        for number, date in enumerate(dates, 1)
    )
    return (
        f"<record><header><identifier>oai:arXiv.org:{arxiv_id}</identifier></header><metadata>"
        f'<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{arxiv_id}</id>{versions}<title>{title}</title>'
        f"<authors>Ada Lovelace</authors><categories>{categories}</categories><abstract>A</abstract></arXivRaw>"
        "</metadata></record>"
    )


def oai_answer(*records: str, token="") -> str:
    """A page of OAI-PMH with these records."""
    return (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>'
        f"{''.join(records)}<resumptionToken>{token}</resumptionToken></ListRecords></OAI-PMH>"
    )


def oai_error(code: str) -> str:
    return f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><error code="{code}">No</error></OAI-PMH>'
