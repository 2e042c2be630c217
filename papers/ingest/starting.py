"""Starting a submission: the look-up of a paper at arXiv, which the worker does."""

from datetime import timedelta

from django.db import transaction
from django.http import HttpRequest

from lib.jobs import defer
from lib.limits import request_limit
from papers.ingest import rules, tasks
from papers.models import RemovedPaper, Submission


@transaction.atomic
def start(request: HttpRequest, arxiv_id: str) -> Submission:
    """Return the person's open submission of this paper, or begin one and count its look-up. Raises what `begin` does.

    The lock on the person lets the requests of several windows do that one after the other, so that the same paper
    counts once. The count comes last: others wait for its rows only until the transaction ends, and if it refuses, all
    is undone.
    """
    request.user.lock()
    is_new = not _open(request.user, arxiv_id).exists()
    submission = begin(request.user, arxiv_id)
    if is_new:
        _count_look_up(request)
    return submission


def count_new(request: HttpRequest, arxiv_id: str) -> None:
    """Count the look-up that `begin` will start, unless the user has an open submission of this paper.

    That is not for a transaction: a refusal that followed would undo the count. Raises TooMany, and NotAllowed, also
    for a paper that moderators have removed.
    """
    RemovedPaper.objects.demand_none(arxiv_id)
    if not _open(request.user, arxiv_id).exists():
        rules.demand(request.user)
        _count_look_up(request)


@transaction.atomic
def begin(actor, arxiv_id: str) -> Submission:
    """Return the actor's open submission of this paper, or a new one with its job.

    Raises TooMany, and NotAllowed, also for a paper that moderators have removed.
    """
    actor.lock()
    RemovedPaper.objects.demand_none(arxiv_id)
    submission = _open(actor, arxiv_id).first()
    if submission is None:
        rules.demand(actor)
        submission = actor.submissions.create(arxiv_id=arxiv_id)
        defer(tasks.fetch_submission, {"pk": submission.pk})
    return submission


def _open(user, arxiv_id: str):
    return user.submissions.open().filter(arxiv_id=arxiv_id)


def _count_look_up(request: HttpRequest) -> None:
    person, network = rules.look_ups()
    message = (
        f"You can look up {person} papers a day, and everybody on your network together {network}. "
        "Attempts that failed count. Try again later."
    )
    request_limit("submit", person=person, network=network, period=timedelta(days=1), message=message)(request)
