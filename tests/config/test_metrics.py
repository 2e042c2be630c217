"""/metrics: who may read it, what it has of the database, and which alert fires for what is wrong there."""

import re
from datetime import timedelta

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import RequestFactory
from django.utils import timezone

from lib import metrics, throttle
from lib.throttle import Limit
from lib.watching import Watched
from papers.ingest import successes
from papers.models import HeldVote, Vote
from tests.config.prometheus import RULES, check, needs_promtool, scraped, series
from tests.config.test_alerts import RUNBOOK
from tests.conftest import Reader
from tests.factories import LetterFactory, PaperFactory, UserFactory
from tests.queue import job, sql

TOKEN = "a-token-of-thirty-characters.."
BEARER = f"Bearer {TOKEN}"


@pytest.fixture
def scrape(db, settings):
    """`scrape()`: each series that Prometheus would read now, with its value."""
    settings.METRICS_TOKEN, settings.IMPORT_HUB = TOKEN, "17 * * * *"

    def scrape() -> dict[str, float]:
        answer = Reader().get("/metrics", headers={"Authorization": BEARER})
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert answer.headers["Cache-Control"] == "private, no-store"
        return scraped(answer.content.decode())

    return scrape


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer ", TOKEN, "Bearer wrong", f"Basic {TOKEN}", f"{BEARER}é"])
def test_nobody_reads_it_without_the_token(scrape, token):
    answer = Reader().get("/metrics", headers={"Authorization": token} if token else {})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert b"broadsheet" not in answer.content


@pytest.mark.parametrize("token", ["Bearer", "Bearer ", BEARER])
def test_without_a_token_in_the_settings_it_does_not_exist(db, settings, token):
    assert settings.METRICS_TOKEN == ""
    answer = Reader().get("/metrics", headers={"Authorization": token})
    assert answer.status_code == Reader().get("/nothing").status_code == 404
    assert b"broadsheet_" not in answer.content


def test_a_scrape_needs_no_host_name_session_or_https(scrape, settings):
    settings.SECURE_SSL_REDIRECT = True
    answer = Reader().get("/metrics", headers={"Authorization": BEARER, "Host": "any.host:8000"})
    assert b"broadsheet_database_up 1.0" in answer.content


@pytest.mark.parametrize(("seconds", "statements"), [(60, 7), (-1, 9)])
def test_a_scrape_takes_seven_statements_and_once_a_minute_two_more(
    scrape, seconds, statements, monkeypatch, django_assert_num_queries
):
    Reader().get("/metrics", headers={"Authorization": BEARER})  # finds out whether there is pgvector
    monkeypatch.setattr("config.metrics.KEPT_SECONDS", seconds)  # for the number of papers without a vector
    with django_assert_num_queries(statements):
        scrape()


def test_all_metrics_of_the_rules_and_of_the_runbook_exist(scrape):
    limit = Limit("any", 1, timedelta(hours=1))
    for _ in range(2):
        throttle.take((limit, "somebody"))
    metrics.count_job("papers.tasks.index", "succeeded")
    ask("/papers")
    names = {name.partition("{")[0] for name in scrape()}
    names |= {"broadsheet_request_duration_seconds", "broadsheet_replica_lag_seconds"}  # a family, and of replicas
    for document in (RULES, RUNBOOK):
        assert set(re.findall(r"\bbroadsheet_\w+", document.read_text())) <= names, document


def ask(path: str) -> dict[str, str]:
    """The headers of the answer of the whole application, as the server calls it, on the connection of the test."""
    signals, head = (request_started, request_finished), []
    environ = RequestFactory().get(path, headers={"Host": "127.0.0.1"}).environ
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        Watched(get_wsgi_application())(environ, lambda *answer: head.extend(answer)).close()
    finally:
        for signal in signals:
            signal.connect(close_old_connections)
    return dict(head[1])


def test_requests_and_statements_are_counted_by_page(scrape, paper):
    count = series("broadsheet_request_duration_seconds_count", page="papers:paper", status="2xx")
    statements = series("broadsheet_statements_total", page="papers:paper")
    ask(paper.get_absolute_url())
    before = scrape()
    ask(paper.get_absolute_url())
    ask(f"{paper.get_absolute_url()}?any=thing")
    after = scrape()
    assert after[count] == before[count] + 2
    assert after[statements] >= before[statements] + 2
    assert paper.arxiv_id not in "".join(after)


def test_addresses_that_do_not_exist_have_one_name(scrape):
    other = series("broadsheet_request_duration_seconds_count", page="other", status="4xx")
    before = scrape().get(other, 0)
    for name in ("a", "b"):
        ask(f"/nowhere/{name}.php")
    after = scrape()
    assert after[other] == before + 2
    assert "nowhere" not in "".join(after)


def a_worker():
    sql("INSERT INTO procrastinate_workers DEFAULT VALUES")


def late_job():
    a_worker()
    pk = job(status="todo")
    sql("UPDATE procrastinate_events SET at = now() - interval '31 minutes' WHERE job_id = %s", pk)


def late_letter():
    a_worker()
    LetterFactory(try_at=timezone.now() - timedelta(minutes=16))


def old_held_vote():
    a_worker()
    paper, voters = PaperFactory(), [UserFactory() for _ in range(3)]
    for voter in voters:
        Vote.objects.make(voter, paper)
    Vote.objects.hold(paper, [voter.pk for voter in voters], {})
    HeldVote.objects.update(held_at=timezone.now() - timedelta(days=2, minutes=1))


DRILLS = [
    (a_worker, None, {}),
    (lambda: None, "WorkerStopped", {"broadsheet_workers": 0}),
    (late_job, "JobsLate", {"broadsheet_workers": 1}),
    (late_letter, "LettersLate", {"broadsheet_letters_due": 1}),
    (old_held_vote, "VotesWait", {"broadsheet_votes_held": 3}),
]


@needs_promtool
@pytest.mark.parametrize(("happens", "alert", "values"), DRILLS, ids=lambda value: str(value)[:20])
def test_what_is_wrong_fires_its_alert_and_no_other(scrape, tmp_path, happens, alert, values):
    happens()
    found = scrape()
    assert {name: found[series(name)] for name in values} == values
    numbers = {name: f"{value}+0x90" for name, value in found.items() if name.startswith("broadsheet_")}
    assert check(tmp_path, (numbers | {series("up"): "1+0x90"}, "60m", {alert} - {None})) == ""


def test_the_last_success_of_an_import_is_0_until_there_is_one(scrape):
    assert scrape()[last_success("hub")] == 0
    successes.record(successes.HUB)
    assert scrape()[last_success("hub")] == pytest.approx(timezone.now().timestamp(), abs=60)
    assert not any('source="arxiv"' in name for name in scrape())


def test_a_category_that_fails_is_seen_beside_one_that_is_imported(scrape, settings):
    settings.IMPORT_ARXIV, settings.IMPORT_ARXIV_CATEGORIES = "7 5 * * *", ["cs.CL", "hep-th"]
    successes.record(successes.ARXIV, "cs.CL")
    found = scrape()
    assert found[last_success("arxiv", "cs.CL")] == pytest.approx(timezone.now().timestamp(), abs=60)
    assert found[last_success("arxiv", "hep-th")] == 0


def last_success(source: str, category: str = "") -> str:
    return series("broadsheet_import_last_success_timestamp_seconds", category=category, source=source)
