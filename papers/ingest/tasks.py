"""The worker's jobs that import papers: scheduled ones, and those of submissions."""

import logging
from functools import cache

from django.conf import settings
from procrastinate.contrib.django import app

from lib.jobs import RETRY, defer, periodic
from papers.ingest import daily, pictures, repositories, submitting, successes
from papers.ingest.client import Client
from papers.models import Submission

_LAST = -1  # the priority of jobs that wait for another site, of which many may come at once: all others come first

logger = logging.getLogger(__name__)


@cache
def _client() -> Client:
    """Return the client of this process for submissions, which keeps arXiv's interval between any two of them."""
    return Client(max_wait=submitting.MAX_WAIT)


@app.task(pass_context=True, retry=RETRY, priority=_LAST)
def fetch_submission(context, pk: int) -> None:
    for submission in Submission.objects.waiting().filter(pk=pk):
        submitting.fetch(submission, context.job, _client())


@app.periodic(cron="*/10 * * * *")
@app.task(pass_context=False)
def fail_orphaned_submissions(timestamp: int) -> None:
    submitting.fail_orphaned(fetch_submission.name)


@app.periodic(cron="39 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def clear_submissions(timestamp: int) -> None:
    Submission.objects.clear()


@app.periodic(cron="*/10 * * * *")
@app.task(lock="import", pass_context=False)
def list_due_papers(timestamp: int) -> None:
    submitting.list_due()


@periodic(settings.IMPORT_HUB)
@app.task(lock="import", pass_context=False, retry=RETRY)
def import_hub(timestamp: int) -> None:
    logger.info("From %s: %s", settings.HUB_URL, daily.import_hub(Client()))
    successes.record(successes.HUB)


@periodic(settings.IMPORT_ARXIV)
@app.task(pass_context=False, retry=RETRY)
def import_arxiv(timestamp: int) -> None:
    defer(import_category, *({"category": category} for category in settings.IMPORT_ARXIV_CATEGORIES))


@app.task(lock="import", pass_context=False, retry=RETRY)
def import_category(category: str) -> None:
    logger.info("From arXiv, %s: %s", category, daily.import_arxiv(category, Client()))
    successes.record(successes.ARXIV, category)


# No retry: GitHub's limit is per hour, and the next run continues with the repositories that this one left out.
@periodic(settings.REPOSITORY_STARS)
@app.task(lock="repositories", pass_context=False)
def check_repositories(timestamp: int) -> None:
    logger.info("Papers whose repository changed: %s", repositories.refresh(Client()))


# No retry: the next run continues with other papers.
@periodic(settings.PAPER_PICTURES)
@app.task(lock="pictures", pass_context=False)
def fetch_pictures(timestamp: int) -> None:
    logger.info("Papers with a new picture: %s", pictures.refresh(Client()))
