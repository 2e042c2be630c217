"""`/metrics` for Prometheus: what the processes counted (`lib.metrics`), and what the database holds at this moment.

It is answered before other middleware sees the request, so that a scrape needs no host name, session or https.
"""

import math
from collections.abc import Iterator
from time import monotonic, time

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import InterfaceError, OperationalError, connection
from django.db.models import Count, Exists, Min, OuterRef, Q
from django.db.models.functions import Coalesce, Now
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from procrastinate.contrib.django.models import ProcrastinateJob
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from config import jobs
from inbox.models import Letter
from lib import metrics, replicas
from lib.statements import is_out_of_time
from papers.ingest import successes
from papers.ingest.successes import Import
from papers.models import HeldVote, Vote
from papers.models.votestate import VoteState
from papers.search import indexing

PATH = "/metrics"
MAX_SECONDS = 5  # after which a scrape reads no more of the database, since Prometheus waits for 10
KEPT_SECONDS = 60  # for the number of papers without a vector, which takes long to count
_JOB_STATES = ("todo", "doing", "failed")


class MetricsMiddleware:
    """Answers PATH to whoever sends the METRICS_TOKEN. Without one, that address does not exist."""

    def __init__(self, get_response) -> None:
        if not settings.METRICS_TOKEN:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.registry = CollectorRegistry()
        self.registry.register(_Scrape())

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path != PATH:
            return self.get_response(request)
        if not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"):
            headers = {"WWW-Authenticate": "Bearer"}
            return HttpResponse("Send the METRICS_TOKEN.\n", status=401, content_type="text/plain", headers=headers)
        return HttpResponse(generate_latest(self.registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


class _Scrape:
    """Reads everything anew for each scrape, as prometheus_client wants it of a collector."""

    def __init__(self) -> None:
        self.without_vector = (0, float("-inf"))  # how many papers, and when they were counted
        self.groups = _GROUPS | {"vectors": self._vectors}

    def collect(self) -> Iterator:
        yield from metrics.counted()
        missing, is_up, until = dict.fromkeys(self.groups, 0), True, monotonic() + MAX_SECONDS
        for group, read in self.groups.items():
            if not is_up or monotonic() > until:
                missing[group] = 1
                continue
            try:
                yield from read()
            except (InterfaceError, OperationalError) as error:
                missing[group], is_up = 1, is_out_of_time(error)
        yield _gauge("database_up", "Whether the database answered this scrape.", int(is_up))
        text = "Whether a group of metrics is not in this scrape, since the database took too long or did not answer."
        yield _gauge_by("metrics_missing", text, "group", missing)

    def _vectors(self) -> Iterator:
        if monotonic() - self.without_vector[1] > KEPT_SECONDS:
            self.without_vector = indexing.waiting(), monotonic()
        text = "Papers that wait for the vector by which search compares meaning."
        yield _gauge("papers_without_vector", text, self.without_vector[0])


def _replicas() -> Iterator:
    lags = {alias: math.inf if lag is None else lag for alias, lag in replicas.lag().items()}
    yield _gauge_by("replica_lag_seconds", "Seconds that a replica is behind; infinite if it is down.", "replica", lags)


def _connections() -> Iterator:
    with connection.cursor() as cursor:
        cursor.execute(_CONNECTIONS)
        values = dict(cursor.fetchall())
    text = "Connections to this site's database, by what they do."
    allowed = values.pop("allowed")
    yield _gauge_by("database_connections", text, "state", values)
    yield _gauge("database_connections_allowed", "Connections that the database server allows altogether.", allowed)


def _jobs() -> Iterator:
    counts = dict.fromkeys(_JOB_STATES, 0)
    counts |= dict(ProcrastinateJob.objects.values_list("status").annotate(Count("pk")))
    yield _gauge_by("jobs", "Jobs of the worker, by state.", "state", counts)
    due = ProcrastinateJob.objects.filter(Q(scheduled_at=None) | Q(scheduled_at__lte=Now()), status="todo")
    since = Coalesce("scheduled_at", "procrastinateevent__at")
    yield _age("job", "Seconds since the job that has waited longest was due.", due.aggregate(at=Min(since))["at"])


def _workers() -> Iterator:
    yield _gauge("workers", "Workers that sent a heartbeat within a minute.", jobs.alive().count())


def _letters() -> Iterator:
    due = Letter.objects.due(timezone.now()).order_by()
    row = due.aggregate(number=Count("pk"), at=Min("try_at"))
    yield _gauge("letters_due", "Letters that should have been sent by now.", row["number"])
    yield _age("letter", "Seconds since the letter that has waited longest was to be sent.", row["at"])


def _held_votes() -> Iterator:
    cast = Vote.objects.filter(user=OuterRef("user"), paper=OuterRef("paper"))
    held = HeldVote.objects.filter(Exists(cast), state=VoteState.REVIEW)
    row = held.aggregate(number=Count("paper"), at=Min("held_at"))
    yield _gauge("votes_held", "Votes that wait for a moderator, since they may be one of a ring.", row["number"])
    yield _age("held_vote", "Seconds since the vote was held that has waited longest.", row["at"])


def _imports() -> Iterator:
    scheduled = [Import(successes.HUB)] if settings.IMPORT_HUB else []
    if settings.IMPORT_ARXIV:
        scheduled += [Import(successes.ARXIV, category) for category in settings.IMPORT_ARXIV_CATEGORIES]
    text = "When an import that is scheduled last succeeded, in Unix time; 0 if it never did."
    family = GaugeMetricFamily("broadsheet_import_last_success_timestamp_seconds", text, labels=Import._fields)
    for each, at in successes.last(scheduled).items():
        family.add_metric(each, at)
    yield family


_GROUPS = {
    "replicas": _replicas,
    "connections": _connections,
    "jobs": _jobs,
    "workers": _workers,
    "letters": _letters,
    "votes": _held_votes,
    "imports": _imports,
}


def _age(name: str, text: str, since) -> GaugeMetricFamily:
    return _gauge(f"oldest_{name}_age_seconds", text, max(0, time() - since.timestamp()) if since else 0)


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"broadsheet_{name}", text, value=value)


def _gauge_by(name: str, text: str, label: str, values: dict[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"broadsheet_{name}", text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


# A row says how many connections are allowed. The role of the site does not see what those of others do.
_CONNECTIONS = """
    SELECT 'allowed', current_setting('max_connections')::int
    UNION ALL
    SELECT coalesce(state, 'unknown'), count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' GROUP BY 1
"""
