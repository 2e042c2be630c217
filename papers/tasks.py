"""What the worker does: every minute, at night, and when a person asks for an export."""

import logging

from django.core.management import call_command
from procrastinate.contrib.django import app

from accounts.models import User
from lib.images import COVER, LOGO, PORTRAIT, sweep
from orgs.models import Organisation
from papers import audit, indexing, portability
from papers.models import DataExport, Item

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


@app.periodic(cron="22 3 * * *")
@app.task(queueing_lock="forget_removed", pass_context=False)
def forget_removed(timestamp: int) -> None:
    Item.objects.forget_removed()


@app.periodic(cron="27 3 * * *")
@app.task(queueing_lock="clear_sessions", pass_context=False)
def clear_sessions(timestamp: int) -> None:
    call_command("clearsessions")


@app.task(pass_context=False)
def make_export(token: str) -> None:
    for export in DataExport.objects.filter(token=token):
        portability.make(export)


@app.periodic(cron="37 3 * * *")
@app.task(queueing_lock="clear_exports", pass_context=False)
def clear_exports(timestamp: int) -> None:
    DataExport.objects.clear()


@app.periodic(cron="42 3 * * *")
@app.task(queueing_lock="clear_pictures", pass_context=False)
def clear_pictures(timestamp: int) -> None:
    used = {name for organisation in Organisation.objects.iterator() for name in organisation.pictures()}
    used |= set(User.objects.exclude(portrait="").values_list("portrait", flat=True))
    for shape in (LOGO, COVER, PORTRAIT):
        sweep(shape.folder, used)
