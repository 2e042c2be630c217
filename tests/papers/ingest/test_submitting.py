"""The job of a submission: it lists the paper for its first submitter, or fails with a reason."""

import logging
from contextlib import suppress
from datetime import timedelta
from functools import partial
from types import NoneType

import pytest
from django.db import IntegrityError, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from lib.jobs import RETRY, defer
from papers.ingest import submitting, tasks
from papers.ingest.client import Client
from papers.ingest.record import PaperRecord
from papers.ingest.save import ImportCounts, save
from papers.models import Paper, Submission
from tests import queue as jobs
from tests.factories import NOON, PaperFactory, SubmissionFactory
from tests.papers.ingest.fake_arxiv import EMPTY, ENTRY
from tests.race import race


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


def test_who_submitted_first_is_the_submitter_whichever_job_comes_first(arxiv, both, bob, signed_in):
    submitting.fetch(both[1], None, Client())
    assert (Paper.objects.get().submitted_by, outcomes()) == (both[0].user, [("listed", "2509.08721")] * 2)
    assert signed_in(bob).get(both[1].get_absolute_url()).url == "/papers/2509.08721"


@pytest.mark.django_db(transaction=True)
def test_jobs_and_imports_at_once_list_one_paper_once(both):
    record = PaperRecord("2509.08721", "Sharing is caring", NOON)
    jobs_at_once, imports = [partial(submitting.list_paper, record)] * 4, [partial(save, [record])] * 4
    assert [type(answer) for answer in race(*imports, *jobs_at_once)] == [ImportCounts] * 4 + [NoneType] * 4
    paper = Paper.objects.get()
    assert paper.revision == 0
    assert paper.submitted_by == (None if paper.listed_at == NOON else both[0].user)
    assert outcomes() == [("listed", "2509.08721")] * 2


@pytest.mark.django_db(transaction=True)
def test_a_submitter_who_leaves_meanwhile_is_not_waited_for(arxiv, both):
    answers = race(both[0].user.leave, lambda: submitting.fetch(both[1], None, Client()))
    assert answers == [None, None]
    assert outcomes() == [("listed", "2509.08721")]
    assert Paper.objects.get().submitted_by in (None, both[1].user)


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


def test_submissions_go_thirty_days_after_they_came_once_they_ended(paper, both, alice, time_machine):
    SubmissionFactory(user=alice, state="listed", paper=paper, submitted_at=NOON)
    SubmissionFactory(user=alice, state="failed", problem="x", submitted_at=NOON)
    late = SubmissionFactory(user=alice, state="failed", problem="x", submitted_at=NOON + timedelta(hours=1))
    time_machine.move_to(NOON + timedelta(days=30, minutes=1))
    tasks.clear_submissions(timestamp=0)
    assert set(Submission.objects.all()) == {*both, late}
    assert Paper.objects.get() == paper


def test_the_database_refuses_what_no_submission_can_be(paper, alice):
    SubmissionFactory(user=alice)
    for wrong in ({}, {"state": "lost"}, {"state": "listed"}, {"state": "failed"}, {"arxiv_id": "x", "paper": paper}):
        with suppress(IntegrityError), transaction.atomic():
            SubmissionFactory(user=alice, **wrong)
            pytest.fail(f"{wrong} was stored")
