"""Trying the proofs of a claim: those that are found here at once, and then, by the worker, those of other sites."""

from datetime import timedelta

from papers import names
from papers.claims import proofs
from papers.ingest.client import Client
from papers.models import AuthorClaim, Paper, Proof

MAX_WAIT = 20  # seconds, see `Client`
MAX_DURATION = timedelta(minutes=3)  # of a check, with the time until a worker takes it up


def proposed(user, listed: list[str]) -> int | None:
    """The position of the only one of these authors whose name can be the user's, or None."""
    found = [position for position, name in enumerate(listed) if names.is_same(name, user.name)]
    return found[0] if len(found) == 1 else None


def make(actor, paper: Paper, position: int) -> tuple[AuthorClaim, bool]:
    """Claim the name at this position (see `AuthorClaim.objects.make`), and try the proofs that can be tried at once.

    Returns the claim, and whether one of them granted it now.
    """
    claim = AuthorClaim.objects.make(actor, paper, position)
    return claim, claim.is_undecided and try_at_once(claim)


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
