"""The job of a submission: fetching the paper's record from arXiv and listing the paper."""

import logging
from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.db.models import BigIntegerField
from django.db.models.functions import Cast
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from lib.jobs import next_try
from lib.refusals import NotAllowed
from papers.ingest import arxiv
from papers.ingest.client import Client, FetchError, TemporaryError
from papers.ingest.problem import NotFound, RecordError
from papers.ingest.record import PaperRecord
from papers.ingest.save import lock, save
from papers.models import Paper, RemovedPaper, Submission

logger = logging.getLogger(__name__)

MAX_WAIT = 20  # seconds, see `Client`
MAX_DURATION = timedelta(seconds=3 * MAX_WAIT)  # of one attempt: for other requests, for the interval, for the response


def fetch(submission: Submission, job, client: Client) -> None:
    """Fetch and list the paper of a submission in one attempt of its job.

    The submission fails if arXiv does not have the paper, its record is unusable or moderators have removed it. Raises
    TemporaryError if arXiv cannot be reached, which also fails the submission if the job has no further attempt.
    """
    submission.start(until=timezone.now() + MAX_DURATION)
    try:
        _import_paper(submission.arxiv_id, client)
    except TemporaryError as error:
        problem = f"arXiv could not be reached at {timezone.now():%H:%M} UTC."
        if retry_at := next_try(job, error):
            submission.postpone(problem, retry_at)
        else:
            submission.fail(f"{problem} That was the last of several attempts. Try again later.")
        raise
    except NotAllowed as refusal:
        submission.fail(str(refusal))
    except NotFound:
        submission.fail(
            f"arXiv has no paper with the id {submission.arxiv_id}. Compare it with the paper's address on arxiv.org. "
            "A paper that arXiv has only just announced can take some minutes to be found."
        )
    except RecordError as error:
        submission.fail(f"arXiv's entry for this paper cannot be used: {error}."[:500])
    except FetchError:
        logger.exception("arXiv's answer for the %s cannot be used", submission)
        submission.fail("arXiv's answer could not be used. The error is in our log. Try again later.")


def fail_orphaned(task_name: str) -> None:
    """Fail the waiting submissions that have no pending job of this task.

    Their job failed by an error of ours, or the worker was killed in each attempt.
    """
    jobs = ProcrastinateJob.objects.filter(task_name=task_name, status__in=["todo", "doing"])
    with_job = jobs.values_list(Cast("args__pk", BigIntegerField()))
    for submission in Submission.objects.waiting().exclude(pk__in=with_job):
        logger.error("The %s waits without a job, and has failed", submission)
        submission.fail("Something went wrong on our side. The error is in our log. Please try again.")


def _import_paper(arxiv_id: str, client: Client) -> None:
    if paper := Paper.objects.filter(arxiv_id=arxiv_id).first():
        Submission.objects.finish(paper)
    else:
        list_paper(arxiv.fetch_one(arxiv_id, client))


@transaction.atomic
def list_paper(record: PaperRecord) -> None:
    """List the paper today, unless it is listed already, and finish all submissions that wait for it.

    The earliest submission's user becomes the submitter, whichever job runs first. Users are locked, so that none is
    deleted meanwhile.
    """
    lock()
    submissions = Submission.objects.waiting().filter(arxiv_id=record.arxiv_id).select_related("user")
    locked = submissions.order_by("submitted_at", "pk").select_for_update(of=("user",), no_key=True)
    submitters = [submission.user for submission in locked]
    paper = Paper.objects.filter(arxiv_id=record.arxiv_id).first()
    if paper is None:
        RemovedPaper.objects.demand_none(record.arxiv_id)
        save([replace(record, listed_at=timezone.now())])
        paper = Paper.objects.get(arxiv_id=record.arxiv_id)
        paper.submitted_by = next(iter(submitters), None)
        paper.save(update_fields=["submitted_by"])
    Submission.objects.finish(paper)
