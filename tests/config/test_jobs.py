"""The jobs of the worker, which fail, are retried, fail for good, start again and end; and the page that shows them."""

import logging
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from config import jobs, tasks
from lib.jobs import RETRY, defer, errors, masked
from papers.models import DataExport
from papers.people.tasks import make_export
from tests.conftest import Reader
from tests.factories import NOON, UserFactory, appoint
from tests.queue import EXPORT, job, sql, work, worker
from tests.race import race

PAGE = "/moderation/jobs"


def begun(task) -> None:
    """At NOON, by itself."""
    values = (task, NOON.timestamp())
    sql("INSERT INTO procrastinate_periodic_defers (task_name, defer_timestamp) VALUES (%s, %s)", *values)


def statuses() -> dict[int, str]:
    return dict(ProcrastinateJob.objects.values_list("pk", "status"))


@pytest.fixture
def moderator(db):
    return appoint(UserFactory(username="mo"))


@pytest.fixture
def reader(moderator):
    return Reader(moderator)


def test_from_a_failure_by_the_button_to_the_end(queue, settings, tmp_path, reader, alice, caplog, mailoutbox):
    (tmp_path / "file").touch()
    settings.EXPORT_ROOT = tmp_path / "file" / "exports"  # which cannot be made
    export = DataExport.objects.create(user=alice)
    make_export.defer(token=export.token)
    pk = ProcrastinateJob.objects.get(task_name=EXPORT).pk
    for attempt in range(1, RETRY.max_attempts + 2):
        assert ProcrastinateJob.objects.get(pk=pk).status == "todo"
        work()
        records = [record for record in caplog.records if record.name == "lib.jobs" and record.levelno == logging.ERROR]
        assert len(records) == attempt
        assert records[-1].getMessage() == f"{EXPORT}[{pk}](token=…) failed, attempt {attempt}"
        assert records[-1].exc_info[0] is NotADirectoryError
        sql("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE id = %s", pk)
    assert ProcrastinateJob.objects.get(pk=pk).status == "failed"
    assert not [record for record in caplog.records if record.name == "procrastinate.worker"]  # logged once

    page = reader.get(PAGE).content.decode()
    assert "NotADirectoryError: [Errno 20] Not a directory" in page
    assert f"<span>6 attempts</span><span>job {pk}</span>" in page
    assert "<small>token=…</small>" in page
    assert export.token not in page

    settings.EXPORT_ROOT = tmp_path / "exports"
    for _ in range(2):
        assert reader.act(f"{PAGE}/{pk}/retry", {"next": f"{PAGE}?task={EXPORT}"}).url == f"{PAGE}?task={EXPORT}"
        assert statuses()[pk] == "todo"
        assert ProcrastinateJob.objects.get(pk=pk).attempts == RETRY.max_attempts + 2
    work()
    assert pk not in statuses()
    export.refresh_from_db()
    assert (export.is_ready, export.failed_at, len(mailoutbox)) == (True, None, 1)
    assert f"job {pk}<" not in reader.get(PAGE).content.decode()


def test_inside_a_worker_too_a_job_is_written_with_its_transaction_or_not_at_all(queue, monkeypatch):
    seen = []

    def rolls_back():
        with suppress(ZeroDivisionError), transaction.atomic():
            defer(make_export, {"token": "one"}, {"token": "two"})
            seen.append(ProcrastinateJob.objects.filter(task_name=EXPORT).count())
            raise ZeroDivisionError
        seen.append(ProcrastinateJob.objects.filter(task_name=EXPORT).count())

    monkeypatch.setattr(make_export, "func", lambda token: rolls_back())
    job(status="todo", token="zero")
    work()
    assert seen == [3, 1]


def test_what_fails_is_tried_again_after_growing_pauses(time_machine):
    time_machine.move_to(datetime(2025, 9, 10, tzinfo=UTC), tick=False)
    pauses = []
    for attempts in range(7):
        failed = ProcrastinateJob(pk=1, args={}, status="doing", attempts=attempts).procrastinate_job
        if decision := RETRY.get_retry_decision(exception=OSError(), job=failed):
            pauses.append((decision.retry_at - datetime(2025, 9, 10, tzinfo=UTC)).total_seconds())
    assert pauses == [4, 16, 64, 256, 1024]


def test_arguments_are_shown_as_far_as_they_are_numbers():
    assert masked({"timestamp": 1764300000, "token": "s3cret", "ids": [1]}) == "timestamp=1764300000, token=…, ids=…"


def test_words_of_an_error_name_no_argument_and_nobody(queue, reader):
    @app.task(name="tests.breaks", pass_context=False)
    def breaks(token):
        raise LookupError(f"{token} is not for Bob <bob@example.org>, " + "x" * 999)

    try:
        breaks.defer(token="s3cret")
        work()
    finally:
        del app.tasks["tests.breaks"]
    page = reader.get(PAGE).content.decode()
    assert "LookupError: … is not for Bob &lt;…&gt;, xxx" in page
    assert "s3cret" not in page
    assert "x" * 300 not in page


def test_what_runs_waits_failed_and_comes_by_itself(reader):
    at_work = worker()
    running = job("papers.tasks.index", "doing", worker=at_work, timestamp=7)
    job(status="todo")
    job(status="todo")
    failed = [job(), job("papers.tasks.audit_counters", timestamp=9)]
    begun("papers.tasks.index")
    page = reader.get(PAGE).content.decode()
    assert "1 worker is running." in page
    assert f"<span>by worker {at_work}</span> <span>job {running}</span>" in " ".join(page.split())
    assert f"<p>{EXPORT} 2</p>" in page
    assert "See the log of that time for the error." in page
    assert all(f'formaction="{PAGE}/{pk}/retry"' in page for pk in failed)
    assert "<p>papers.tasks.index <code>* * * * *</code></p>" in page
    assert "<span>last 10 September, 12:00</span>" in page
    assert page.split("config.tasks.clear_jobs <code>47 3 * * *</code>")[1].split("</span>")[0].endswith("last not yet")
    of_one = reader.get(f"{PAGE}?task={EXPORT}").content.decode()
    assert f"{PAGE}/{failed[0]}/retry" in of_one
    assert f"{PAGE}/{failed[1]}/retry" not in of_one


def test_a_long_list_has_an_end_and_costs_the_same(reader, monkeypatch, django_assert_num_queries):
    for count in (1, 60):
        for _ in range(count):
            job()
        with django_assert_num_queries(13):
            page = reader.get(PAGE).content.decode()
        assert page.count("formaction=") == min(count, jobs.LATEST)


def test_a_site_without_a_worker_says_so(reader):
    assert "No worker has ever been seen." in reader.get(PAGE).content.decode()
    begun("papers.tasks.index")
    page = reader.get(PAGE).content.decode()
    assert '<p class="notice" role="alert"><strong>No worker has been seen since 10 September 2025, 12:00 UTC.' in page
    worker(seconds_ago=120)
    assert "No worker has been seen since" in reader.get(PAGE).content.decode()
    worker(seconds_ago=20)
    assert "1 worker is running." in reader.get(PAGE).content.decode()


def test_it_is_there_for_moderators_only(alice, lab, signed_in, stranger, moderator):
    pk = job()
    addresses = [f"{PAGE}/{pk}/retry", f"{PAGE}/retry"]
    assert stranger.get(PAGE).url == f"/accounts/login/?next={PAGE}"
    assert signed_in(alice).get(PAGE).status_code == 404
    for address in addresses:
        assert stranger.post(address).url.startswith("/accounts/login/")
        assert signed_in(alice).act(address, {"task": EXPORT}).status_code == 404
        assert signed_in(moderator).get(address).status_code == 405
        assert signed_in(moderator).post(address, {"task": EXPORT}).status_code == 403  # no token
    assert statuses() == {pk: "failed"}
    assert f'<a href="{PAGE}">Jobs</a>' in signed_in(moderator).get("/moderation/claims").content.decode()


def test_all_of_a_task_begin_again(reader):
    mine, others = [job() for _ in range(3)], job("papers.tasks.index")
    for _ in range(2):
        assert reader.act(f"{PAGE}/retry", {"task": EXPORT, "next": PAGE}).url == PAGE
        assert statuses() == dict.fromkeys(mine, "todo") | {others: "failed"}
    reader.act(f"{PAGE}/retry")
    assert statuses()[others] == "failed"


def test_only_what_failed_begins_again(reader):
    at_work = worker()
    pks = {job(status=status, worker=at_work): status for status in ("todo", "doing", "succeeded", "cancelled")}
    for pk in (*pks, 999_999):
        reader.act(f"{PAGE}/{pk}/retry")
    assert statuses() == pks


def test_what_could_not_be_put_back_stays_and_is_told(reader):
    failed, waiting = job("papers.tasks.index", lock="index"), job("papers.tasks.index", "todo", lock="index")
    reader.act(f"{PAGE}/{failed}/retry", {"next": PAGE})
    assert "was not retried, because another job of its kind is waiting" in reader.get(PAGE).content.decode()
    reader.act(f"{PAGE}/retry", {"task": "papers.tasks.index", "next": PAGE})
    assert "0 retried. 1 skipped" in reader.get(PAGE).content.decode()
    assert statuses() == {failed: "failed", waiting: "todo"}


def test_jobs_of_a_killed_worker_begin_again(db):
    me, other, dead = worker(seconds_ago=999), worker(), worker(seconds_ago=999)
    alive = [job(status="doing", worker=me), job(status="doing", worker=other)]
    cut_off = [job(status="doing", worker=dead), job(status="doing", worker=None)]
    in_vain = job(status="doing", worker=dead, attempts=RETRY.max_attempts)
    replaced = job("papers.tasks.index", "doing", worker=dead, lock="index")
    following = job("papers.tasks.index", "todo", lock="index")
    jobs.rescue(me)
    assert statuses() == (
        dict.fromkeys(alive, "doing") | dict.fromkeys(cut_off, "todo") | {in_vain: "failed", following: "todo"}
    )
    assert replaced not in statuses()
    assert errors([in_vain]) == {in_vain: "Its worker was killed, once more."}


def test_the_worker_finds_them_by_itself(queue, alice, caplog, settings, tmp_path, mailoutbox):
    settings.EXPORT_ROOT = tmp_path
    export = DataExport.objects.create(user=alice)
    pk = job(status="doing", worker=worker(seconds_ago=999), token=export.token)
    tasks.rescue_jobs.defer(timestamp=0)
    work()
    work()
    assert f"{EXPORT}[{pk}](token=…) was cut off with its worker" in caplog.text
    export.refresh_from_db()
    assert (export.is_ready, pk in statuses()) == (True, False)


def test_two_at_once_begin_a_job_again_once(queue):
    failed, cut_off = job(), job(status="doing", worker=worker(seconds_ago=999))
    race(lambda: jobs.retry(failed), lambda: jobs.retry(failed), lambda: jobs.rescue(0), lambda: jobs.rescue(0))
    assert statuses() == {failed: "todo", cut_off: "todo"}
    assert dict(ProcrastinateJob.objects.values_list("pk", "attempts")) == {failed: 1, cut_off: 1}


def test_what_ended_badly_is_forgotten_after_a_month(db):
    old, young, waiting = [job(), job(status="cancelled")], job(), job(status="todo")
    sql("UPDATE procrastinate_events SET at = now() - interval '31 days' WHERE job_id = ANY(%s)", [*old, waiting])
    tasks.clear_jobs(timestamp=0)
    assert statuses() == {young: "failed", waiting: "todo"}


def test_every_task_that_is_tried_again_can_be_put_back():
    """See lib/jobs.py: of a queueing lock only one job may wait."""
    ours = [task for task in app.tasks.values() if not task.name.startswith(("builtin", "procrastinate", "tests"))]
    assert {task.name for task in ours} >= {EXPORT, "papers.tasks.index", "config.tasks.rescue_jobs"}
    assert [task.name for task in ours if task.queueing_lock and task.retry_strategy] == []
    assert [task.name for task in ours if task.retry_strategy not in (None, RETRY)] == []
