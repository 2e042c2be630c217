"""The job of a submission: it fetches the paper for its person to look at, or fails with a reason."""

import json
import logging
from contextlib import suppress
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.db import IntegrityError, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from inbox.letters.tasks import send_letters
from lib.jobs import RETRY, defer, manager
from papers.ingest import arxiv as arxiv_source
from papers.ingest import submitting, tasks
from papers.ingest.client import Client
from papers.ingest.record import PaperRecord
from papers.models import Paper, Submission
from papers.names import Details
from tests import queue as jobs
from tests.factories import NOON, PaperFactory, SubmissionFactory
from tests.papers.ingest.fake_arxiv import EMPTY, ENTRY


@pytest.fixture
def both(alice, bob):
    """Alice submitted the paper a second before Bob did."""
    late = SubmissionFactory(user=bob, submitted_at=NOON + timedelta(seconds=1))
    return SubmissionFactory(user=alice, submitted_at=NOON), late


def outcomes() -> list[tuple]:
    return list(Submission.objects.order_by("submitted_at").values_list("state", "paper__arxiv_id"))


@pytest.mark.parametrize(
    ("body", "words", "is_ours"),
    [
        (EMPTY, "arXiv has no paper with the id 2509.08721.", False),
        (ENTRY.replace("Sharing", ""), "cannot be used: title", False),
        ("no XML", "could not be used", True),
    ],
)
def test_what_no_later_try_can_help_fails_at_once(arxiv, alice, signed_in, work, caplog, body, words, is_ours):
    arxiv.body = body.replace("is caring", "")
    submission = SubmissionFactory(user=alice)
    defer(tasks.fetch_submission, {"pk": submission.pk})
    work()
    assert words in signed_in(alice).get(submission.get_absolute_url()).content.decode()
    assert any(record.levelno == logging.ERROR for record in caplog.records) == is_ours
    assert (Paper.objects.count(), ProcrastinateJob.objects.count(), len(arxiv.requests)) == (0, 0, 1)


def test_submissions_that_wait_for_arxiv_do_not_keep_the_worker_from_anything_else(queue):
    defer(tasks.fetch_submission, *({"pk": pk} for pk in range(1, 10)))
    defer(send_letters, {"timestamp": 0})
    job = async_to_sync(manager.fetch_job)(queues=None, worker_id=None)
    assert job.task_name == "inbox.letters.tasks.send_letters"


def test_while_arxiv_does_not_answer_it_is_tried_again_and_at_last_fails(queue, arxiv, alice, signed_in, caplog):
    arxiv.status = 503
    submission, reader = SubmissionFactory(user=alice), signed_in(alice)
    defer(tasks.fetch_submission, {"pk": submission.pk})
    pk = ProcrastinateJob.objects.get(task_name="papers.ingest.tasks.fetch_submission").pk
    for attempt in range(RETRY.max_attempts + 1):
        page = reader.get(submission.get_absolute_url()).content.decode()
        assert ("arXiv could not be reached at" in page) == (attempt > 0)
        jobs.sql("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE id = %s", pk)
        jobs.work()
    page = reader.get(submission.get_absolute_url()).content.decode()
    assert "That was the last of several attempts." in page
    assert ProcrastinateJob.objects.get(pk=pk).status == "failed"
    last = [record for record in caplog.records if record.name == "lib.jobs"][-1]
    assert last.getMessage() == f"papers.ingest.tasks.fetch_submission[{pk}](pk={submission.pk}) failed, attempt 6"
    assert "503" in str(last.exc_info[1])


def test_the_page_says_that_it_waits_while_the_next_try_is_minutes_away(alice, time_machine):
    time_machine.move_to(NOON, tick=False)
    submission = SubmissionFactory(user=alice)
    submission.postpone("arXiv could not be reached at 12:00 UTC.", NOON + timedelta(minutes=4))
    for minutes, progress in ((4, "retrying"), (5, "late")):
        time_machine.move_to(NOON + timedelta(minutes=minutes), tick=False)
        assert Submission.objects.get().progress == progress


def test_what_arxiv_has_is_kept_as_it_is_and_nothing_is_listed(arxiv, both):
    submitting.fetch(both[1], None, Client())
    assert outcomes() == [("waiting", None), ("fetched", None)]
    assert not Paper.objects.exists()
    both[1].refresh_from_db()
    assert PaperRecord.from_json(both[1].record) == arxiv_source.fetch_one("2509.08721", Client())


@pytest.mark.parametrize(
    "record",
    [
        PaperRecord.from_source(arxiv_id="2509.08721v3", title="T", published_at=NOON),
        PaperRecord.from_source(
            arxiv_id="2509.08721",
            title="Σ of $x^2$",
            published_at="2025-09-10T23:30:00+02:00",
            abstract="One.\n\nTwo.",
            authors=["Ada Lovelace", ("Grace Hopper", Details("Hopper", "Grace", "Jr", "Yale"))],
            categories=["cs.CL"],
            seems_withdrawn=True,
        ),
    ],
)
def test_a_record_is_the_same_after_it_was_json(record):
    assert PaperRecord.from_json(json.loads(json.dumps(record.as_json()))) == record


def test_a_paper_that_an_import_brought_meanwhile_has_no_submitter(arxiv, both):
    PaperFactory(arxiv_id="2509.08721")
    submitting.fetch(both[0], None, Client())
    assert (Paper.objects.get().submitted_by, arxiv.requests) == (None, [])
    assert outcomes() == [("listed", "2509.08721")] * 2


def test_a_submission_whose_job_is_gone_fails(both, alice, signed_in, caplog):
    jobs.job("papers.ingest.tasks.fetch_submission", "todo", pk=both[1].pk)
    jobs.job("papers.ingest.tasks.fetch_submission", "failed", pk=both[0].pk)
    tasks.fail_orphaned_submissions(timestamp=0)
    assert outcomes() == [("failed", None), ("waiting", None)]
    assert "Something went wrong on our side" in signed_in(alice).get(both[0].get_absolute_url()).content.decode()
    assert f"submission {both[0].pk} of arXiv 2509.08721 waits without a job" in caplog.text


def test_submissions_go_thirty_days_after_they_came_unless_they_wait(paper, both, alice, carol, time_machine):
    SubmissionFactory(user=alice, state="listed", paper=paper, submitted_at=NOON)
    SubmissionFactory(user=alice, state="failed", problem="x", submitted_at=NOON)
    SubmissionFactory(user=carol, state="fetched", submitted_at=NOON)
    late = SubmissionFactory(user=alice, state="failed", problem="x", submitted_at=NOON + timedelta(hours=1))
    time_machine.move_to(NOON + timedelta(days=30, minutes=1))
    tasks.clear_submissions(timestamp=0)
    assert set(Submission.objects.all()) == {*both, late}
    assert Paper.objects.get() == paper


def test_the_database_refuses_what_no_submission_can_be(paper, alice):
    SubmissionFactory(user=alice)
    wrong_ones = [{}, {"state": "fetched"}, {"state": "lost"}, {"state": "listed"}, {"state": "failed"}]
    wrong_ones += [{"arxiv_id": "x"} | more for more in ({"paper": paper}, {"record": {}}, {"listed_at": NOON})]
    wrong_ones += [{"arxiv_id": "x", "state": "fetched", "record": None}]
    wrong_ones += [{"state": "listed", "paper": paper, "listed_at": None}]
    for wrong in wrong_ones:
        with suppress(IntegrityError), transaction.atomic():
            SubmissionFactory(user=alice, **wrong)
            pytest.fail(f"{wrong} was stored")
