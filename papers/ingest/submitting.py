"""What the worker does for a submission: it fetches the paper's facts from arXiv and lists the paper."""

import logging
from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.db.models import BigIntegerField
from django.db.models.functions import Cast
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from lib.jobs import next_try
from papers.ingest import arxiv
from papers.ingest.client import Client, FetchError, NotNow
from papers.ingest.record import NotFound, PaperRecord, RecordError
from papers.ingest.save import lock, save
from papers.models import Paper, Submission

logger = logging.getLogger(__name__)

PATIENCE = 20  # seconds that the client waits for its turn, for arXiv's pause and for the answer, each
LONGEST_TRY = timedelta(seconds=3 * PATIENCE)  # the job is tried again after growing pauses


def fetch(submission: Submission, job, client: Client) -> None:
    """Bring in the paper with this client, in this try of this job.

    What arXiv does not have or we cannot use ends the submission. Raises NotNow where arXiv does not
    answer; after the job's last try the submission has failed.
    """
    submission.start(until=timezone.now() + LONGEST_TRY)
    try:
        _bring_in(submission.arxiv_id, client)
    except NotNow as error:
        problem = f"arXiv could not be reached at {timezone.now():%H:%M} UTC."
        if moment := next_try(job, error):
            submission.postpone(problem, moment)
        else:
            submission.fail(f"{problem} That was the last of several tries. Please try again later.")
        raise
    except NotFound:
        submission.fail(
            f"arXiv has no paper with the id {submission.arxiv_id}. Compare it with the paper's address on arxiv.org. "
            "A paper that arXiv has only just announced can take some minutes to be found."
        )
    except RecordError as error:
        submission.fail(f"arXiv's entry for this paper cannot be used: {error}."[:500])
    except FetchError:
        logger.exception("arXiv's answer for the %s cannot be used", submission)
        submission.fail("arXiv's answer could not be used. The error is in our log. Please try again later.")


def give_up(task: str) -> None:
    """Fail the submissions that wait although no job of this task (its name) will come for them any more.

    That is so after an error of ours, or where the worker was killed at each try.
    """
    jobs = ProcrastinateJob.objects.filter(task_name=task, status__in=["todo", "doing"])
    expected = jobs.values_list(Cast("args__pk", BigIntegerField()))
    for submission in Submission.objects.waiting().exclude(pk__in=expected):
        logger.error("The %s waits without a job, and has failed", submission)
        submission.fail("Something went wrong on our side. The error is in our log. Please try again.")


def _bring_in(arxiv_id: str, client: Client) -> None:
    if paper := Paper.objects.filter(arxiv_id=arxiv_id).first():
        Submission.objects.finish(paper)
    else:
        list_paper(arxiv.find(arxiv_id, client))


@transaction.atomic
def list_paper(record: PaperRecord) -> None:
    """List the paper today, unless it is here already, and end all submissions that wait for it.

    Who submitted it first is its submitter, whichever job comes first. Submitters are locked so that none of them
    leaves meanwhile.
    """
    lock()
    submissions = Submission.objects.waiting().filter(arxiv_id=record.arxiv_id).select_related("user")
    locked = submissions.order_by("submitted_at", "pk").select_for_update(of=("user",), no_key=True)
    submitters = [submission.user for submission in locked]
    paper = Paper.objects.filter(arxiv_id=record.arxiv_id).first()
    if paper is None:
        save([replace(record, listed_at=timezone.now())])
        paper = Paper.objects.get(arxiv_id=record.arxiv_id)
        paper.submitted_by = next(iter(submitters), None)
        paper.save(update_fields=["submitted_by"])
    Submission.objects.finish(paper)
