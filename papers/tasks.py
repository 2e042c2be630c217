"""The worker's periodic jobs for indexing and cleaning up. Jobs that a room starts are in the room's `tasks.py`."""

import logging
from importlib import import_module

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import call_command
from procrastinate.contrib.django import app

from lib.images import COVER, FIGURE, LOGO, PORTRAIT, sweep
from lib.jobs import RETRY
from papers import audit, ringcheck
from papers.models import (
    Item,
    OrganisationEntry,
    PersonEntry,
    RemovedPaper,
    TopicEntry,
    VoteNetwork,
    VoteSalt,
)
from papers.search import indexing

logger = logging.getLogger(__name__)

for room in ("claims", "discussion", "ingest", "intake", "people"):
    import_module(f"papers.{room}.tasks")


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="index", lock="index", pass_context=False)
def index(timestamp: int) -> None:
    indexing.recount()
    indexing.embed(limit=200)  # some ten seconds of one core


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="votes", lock="votes", pass_context=False)
def check_votes(timestamp: int) -> None:
    VoteSalt.objects.renew()
    ringcheck.run()


@app.periodic(cron="51 * * * *")
@app.task(pass_context=False)
def forget_networks(timestamp: int) -> None:
    VoteNetwork.objects.forget()


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="directories", lock="directories", pass_context=False)
def count_directories(timestamp: int) -> None:
    """Count organisations and people anew, and topics if none are counted yet."""
    OrganisationEntry.objects.recount()
    PersonEntry.objects.recount()
    if not TopicEntry.objects.exists():
        TopicEntry.objects.recount()


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="topics", lock="directories", pass_context=False)
def count_topics(timestamp: int) -> None:
    """Count topics anew: every hour, since all topics of all papers are read, some three seconds for 100,000 papers."""
    TopicEntry.objects.recount()


@app.periodic(cron="17 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def audit_counters(timestamp: int) -> None:
    if found := audit.mismatches():
        logger.error("%d counters are wrong, first: %s; run manage.py audit --fix", len(found), found[0])


@app.periodic(cron="22 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def forget_removed(timestamp: int) -> None:
    Item.objects.forget_removed()
    RemovedPaper.objects.forget_archives()


@app.periodic(cron="27 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def clear_sessions(timestamp: int) -> None:
    """Delete expired sessions, and the addresses and browsers that allauth keeps of each."""
    call_command("clearsessions")
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()


@app.periodic(cron="42 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def clear_pictures(timestamp: int) -> None:
    used = audit.used_pictures()
    for shape in (LOGO, COVER, PORTRAIT, FIGURE):
        sweep(shape.folder, used)
