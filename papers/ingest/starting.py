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
    """Return the user's open submission of this paper, or a new one with its job.

    Raises TooMany, and NotAllowed, also for a paper that moderators have removed.
    """
    request.user.lock()
    RemovedPaper.objects.demand_none(arxiv_id)
    submission = request.user.submissions.open().filter(arxiv_id=arxiv_id).first()
    if submission is None:
        rules.demand(request.user)
        _count_look_up(request)
        submission = request.user.submissions.create(arxiv_id=arxiv_id)
        defer(tasks.fetch_submission, {"pk": submission.pk})
    return submission


def _count_look_up(request: HttpRequest) -> None:
    person, network = rules.look_ups()
    message = (
        f"You can look up {person} papers a day, and everybody on your network together {network}. "
        "Attempts that failed count. Try again later."
    )
    request_limit("submit", person=person, network=network, period=timedelta(days=1), message=message)(request)
