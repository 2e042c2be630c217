"""What the worker does: by the clock, and when a person asks for an export or submits a paper."""

import logging
from functools import cache

from django.conf import settings
from django.core.management import call_command
from procrastinate.contrib.django import app

from accounts.models import User
from lib.images import COVER, LOGO, PORTRAIT, sweep
from lib.jobs import RETRY, defer, periodic
from orgs.models import Organisation
from papers import audit
from papers.ingest import daily, stars, submitting
from papers.ingest.client import Client
from papers.models import DataExport, Item, Submission
from papers.people import takeout
from papers.search import indexing

logger = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="index", lock="index", pass_context=False)
def index(timestamp: int) -> None:
    indexing.recount()
    indexing.embed(limit=100)


@app.periodic(cron="17 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def audit_counters(timestamp: int) -> None:
    if drifts := audit.drifts():
        logger.error("%d counters are wrong, first: %s; run manage.py audit --fix", len(drifts), drifts[0])


@app.periodic(cron="22 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def forget_removed(timestamp: int) -> None:
    Item.objects.forget_removed()


@app.periodic(cron="27 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def clear_sessions(timestamp: int) -> None:
    call_command("clearsessions")


@app.task(pass_context=False, retry=RETRY)
def make_export(token: str) -> None:
    for export in DataExport.objects.filter(token=token):
        takeout.make(export)


@cache
def _client() -> Client:
    """The one client of this process for all submissions, so that it keeps arXiv's pause between any two."""
    return Client(patience=submitting.PATIENCE)


@app.task(pass_context=True, retry=RETRY)
def fetch_submission(context, pk: int) -> None:
    for submission in Submission.objects.waiting().filter(pk=pk):
        submitting.fetch(submission, context.job, _client())


@app.periodic(cron="*/10 * * * *")
@app.task(pass_context=False)
def give_up_submissions(timestamp: int) -> None:
    submitting.give_up(fetch_submission.name)


@app.periodic(cron="37 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def clear_exports(timestamp: int) -> None:
    DataExport.objects.clear()


@app.periodic(cron="39 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def clear_submissions(timestamp: int) -> None:
    Submission.objects.clear()


@app.periodic(cron="42 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def clear_pictures(timestamp: int) -> None:
    used = {name for organisation in Organisation.objects.iterator() for name in organisation.pictures()}
    used |= set(User.objects.exclude(portrait="").values_list("portrait", flat=True))
    for shape in (LOGO, COVER, PORTRAIT):
        sweep(shape.folder, used)


@periodic(settings.IMPORT_HUB)
@app.task(lock="import", pass_context=False, retry=RETRY)
def import_hub(timestamp: int) -> None:
    logger.info("From the Hub: %s", daily.import_hub(Client()))


@periodic(settings.IMPORT_ARXIV)
@app.task(pass_context=False, retry=RETRY)
def import_arxiv(timestamp: int) -> None:
    defer(import_category, *({"category": category} for category in settings.IMPORT_ARXIV_CATEGORIES))


@app.task(lock="import", pass_context=False, retry=RETRY)
def import_category(category: str) -> None:
    logger.info("From arXiv, %s: %s", category, daily.import_arxiv(category, Client()))


# No retry: its limit is an hour's, and the next run goes on where this one ended.
@periodic(settings.REPOSITORY_STARS)
@app.task(lock="stars", pass_context=False)
def refresh_stars(timestamp: int) -> None:
    logger.info("Papers with another number of stars: %s", stars.refresh(Client()))
