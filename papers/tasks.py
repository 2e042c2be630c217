"""What the worker does, every minute and at night."""

import logging

from django.core.management import call_command
from procrastinate.contrib.django import app

from lib.images import COVER, LOGO, sweep
from orgs.models import Organisation
from papers import audit, indexing

logger = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="index", pass_context=False)
def index(timestamp: int) -> None:
    indexing.recount()
    indexing.embed(limit=100)


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="audit", pass_context=False)
def audit_counters(timestamp: int) -> None:
    if drifts := audit.drifts():
        logger.error("%d counters are wrong, first: %s; run manage.py audit --fix", len(drifts), drifts[0])


@app.periodic(cron="27 3 * * *")
@app.task(queueing_lock="clear_sessions", pass_context=False)
def clear_sessions(timestamp: int) -> None:
    call_command("clearsessions")


@app.periodic(cron="37 3 * * *")
@app.task(queueing_lock="clear_pictures", pass_context=False)
def clear_pictures(timestamp: int) -> None:
    used = {name for organisation in Organisation.objects.iterator() for name in organisation.pictures()}
    for shape in (LOGO, COVER):
        sweep(shape.folder, used)
