"""The worker's job that checks a claim of authorship."""

from functools import cache

from procrastinate.contrib.django import app

from papers.claims import checking
from papers.ingest.client import Client
from papers.models import AuthorClaim


@cache
def _client() -> Client:
    """Return the client of this process for claims, which keeps the interval between any two requests to a host."""
    return Client(max_wait=checking.MAX_WAIT)


# No retry: the claim says what failed, and the person checks again.
@app.task(pass_context=False)
def check_claim(pk: int) -> None:
    for claim in AuthorClaim.objects.standing().filter(pk=pk).select_related("user", "paper"):
        checking.check(claim, _client())
