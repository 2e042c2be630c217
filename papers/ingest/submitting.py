"""What becomes of a submission: the job fetches arXiv's record of the paper, and the person then lists the paper."""

import logging
from dataclasses import dataclass, replace
from datetime import UTC, timedelta

from django.db import transaction
from django.db.models import BigIntegerField
from django.db.models.functions import Cast
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from lib.jobs import next_try
from lib.refusals import NotAllowed
from orgs.models import Organisation
from orgs.roles import TAG
from papers.ingest import arxiv, rules
from papers.ingest.client import Client, FetchError, TemporaryError
from papers.ingest.problem import NotFound, RecordError
from papers.ingest.record import PaperRecord
from papers.ingest.save import lock, save
from papers.models import Affiliation, Comment, Content, Day, Paper, RemovedPaper, Submission
from papers.models.links import LinkSource

logger = logging.getLogger(__name__)

MAX_WAIT = 20  # seconds, see `Client`
MAX_DURATION = timedelta(seconds=3 * MAX_WAIT)  # of one attempt: for other requests, for the interval, for the response


@dataclass(frozen=True)
class Additions:
    """What a submitter says of a paper beyond arXiv's record. What was not said is empty."""

    code_url: str = ""
    project_url: str = ""
    organisation: Organisation | None = None
    comment: str = ""


def fetch(submission: Submission, job, client: Client) -> None:
    """Fetch the paper of a submission in one attempt of its job.

    The submission fails if arXiv does not have the paper, its record is unusable or moderators have removed it. Raises
    TemporaryError if arXiv cannot be reached, which also fails the submission if the job has no further attempt.
    """
    submission.start(until=timezone.now() + MAX_DURATION)
    try:
        _look_up(submission, client)
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


def _look_up(submission: Submission, client: Client) -> None:
    if paper := Paper.objects.filter(arxiv_id=submission.arxiv_id).first():
        Submission.objects.finish(paper)
    else:
        submission.store(arxiv.fetch_one(submission.arxiv_id, client).as_json())


@transaction.atomic
def list_paper(actor, submission: Submission, additions: Additions) -> Paper:
    """Bring the paper of a fetched submission to the site with these additions, and return it.

    Whoever comes first is the submitter: for others, the paper is returned as it is, and nothing is added to it.
    All open submissions of the paper end. Raises NotAllowed, TooMany, and BadInput for a comment that cannot be posted.
    """
    lock()
    actor.lock()
    paper = Paper.objects.filter(arxiv_id=submission.arxiv_id).first()
    if paper is None:
        RemovedPaper.objects.demand_none(submission.arxiv_id)
        rules.demand(actor)
        paper = _create(actor, PaperRecord.from_json(submission.record))
        _add(actor, paper, additions)
    Submission.objects.finish(paper)
    return paper


def _create(actor, record: PaperRecord) -> Paper:
    """Save the paper: on the list of its day if that has begun in UTC, otherwise on none yet or on none at all."""
    now = timezone.now()
    day = rules.listing_day(record.published_at, now)
    is_listed = day is not None and day <= now.astimezone(UTC).date()
    save([replace(record, is_listed=is_listed, listed_at=rules.listing_time(day, now) if is_listed else now)])
    paper = Paper.objects.get(arxiv_id=record.arxiv_id)
    paper.submitted_by, paper.due_on = actor, None if is_listed else day
    paper.save(update_fields=["submitted_by", "due_on"])
    return paper


def _add(actor, paper: Paper, additions: Additions) -> None:
    links = {"code_url": additions.code_url or None, "project_url": additions.project_url or None}
    Paper.objects.relink(actor, paper, **links, source=LinkSource.SUBMITTER)
    if organisation := additions.organisation:
        pairs = Affiliation.objects
        change = pairs.accept if organisation.allows(actor, TAG) else pairs.suggest
        change(actor, organisation, paper)
    if additions.comment.strip():
        Comment.objects.post(actor, paper, Content(additions.comment))


@transaction.atomic
def list_due() -> int:
    """List the papers whose day has come, and return how many they are. Days of lists begin at midnight UTC."""
    lock()
    now = timezone.now()
    due = dict(Paper.objects.due(now.astimezone(UTC).date()).values_list("pk", "due_on"))
    Paper.objects.filter(pk__in=due).lock()
    for pk, day in due.items():
        Paper.objects.touch([pk], is_listed=True, due_on=None, listed_at=rules.listing_time(day, now))
    Day.objects.recount(due.values())
    return len(due)
