"""Trying the proofs of a claim: those that are found here at once, and then, by the worker, those of other sites."""

from datetime import timedelta

from papers.claims import proofs
from papers.ingest.client import Client
from papers.models import AuthorClaim, Proof

MAX_WAIT = 20  # seconds, see `Client`
MAX_DURATION = timedelta(minutes=3)  # of a check, with the time until a worker takes it up


def try_at_once(claim: AuthorClaim) -> bool:
    """Try the proofs that need no request to another site; return whether the claim is granted."""
    return claim.record({proof: check(claim) for proof, check in proofs.LOCAL_CHECKS.items()})


def check(claim: AuthorClaim, client: Client) -> None:
    """Try all proofs, until one is enough."""
    problems = {}
    for proof, problem in _results(claim, client):
        problems[proof] = problem
        if not problem:
            break
    claim.record(problems)


def _results(claim: AuthorClaim, client: Client):
    """Yield each proof with its problem, the ones that need a request last."""
    for proof, check in proofs.LOCAL_CHECKS.items():
        yield proof, check(claim)
    yield Proof.REPOSITORY, proofs.by_repository(claim, client)
    yield Proof.PAGE, proofs.by_page(claim)
