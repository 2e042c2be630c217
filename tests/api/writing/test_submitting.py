"""Submitting a paper by the API: looked up by the worker, listed by the same rules as on the page."""

from datetime import timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from api.rows.values import object_id
from papers.models import Affiliation, Comment, Paper, Submission
from tests.api.bearer import Program, token_of
from tests.factories import PaperFactory, SubmissionFactory, UserFactory
from tests.papers.ingest.fake_arxiv import EMPTY

INDEX, SUBMIT = "/api/papers/index", "/api/papers/submit"


@pytest.fixture
def program(alice):
    return Program(token_of(alice))


def test_from_the_id_by_the_worker_to_todays_list(arxiv, program, alice, work, time_machine):
    time_machine.move_to("2025-09-12T10:00Z")
    body = {"paper_id": "https://arxiv.org/abs/2509.08721v2", "comment": "Worth reading.", "media_urls": []}
    for _ in range(2):
        answer = program.call(SUBMIT, body)
        assert (answer.status_code, answer.json()["state"], answer.headers["Retry-After"]) == (202, "waiting", "5")
    assert ProcrastinateJob.objects.count() == 1
    work()
    look = program.call(INDEX, {"arxivId": "2509.08721"})
    assert (look.status_code, look.json()["state"], Paper.objects.exists()) == (200, "fetched", False)
    listed = program.call(SUBMIT, body)
    row = {"id": "2509.08721", "state": "listed", "url": "http://127.0.0.1:8000/papers/2509.08721"}
    assert (listed.status_code, listed.json()) == (201, row)
    paper = Paper.objects.get()
    assert (paper.submitted_by, paper.listed_on.isoformat()) == (alice, "2025-09-12")
    assert Comment.objects.get().text == "Worth reading."
    assert program.call(SUBMIT, body).json() == row
    assert program.call(INDEX, {"arxivId": "2509.08721"}).json() == row


def test_what_the_form_of_the_page_takes(program, alice, lab):
    SubmissionFactory(user=alice, state="fetched")
    body = {"paper_id": "2509.08721", "githubRepo": "github.com/lab/code", "projectPage": "https://lab.example.org"}
    assert program.call(SUBMIT, body | {"organizationId": object_id(lab.pk)}).status_code == 201
    paper = Paper.objects.get()
    assert (paper.code_url, paper.project_url) == ("https://github.com/lab/code", "https://lab.example.org")
    assert (paper.code_source, Affiliation.objects.get().organisation) == ("submitter", lab)


def test_whoever_comes_second_gets_the_paper_as_it_is(program, alice):
    SubmissionFactory(user=alice, state="fetched")
    PaperFactory(arxiv_id="2509.08721", submitted_by=UserFactory())
    answer = program.call(SUBMIT, {"paper_id": "2509.08721", "comment": "First!"})
    assert (answer.status_code, answer.json()["state"], Comment.objects.exists()) == (200, "listed", False)


def test_a_look_up_that_failed_says_why_and_is_tried_again_later(arxiv, program, work, time_machine):
    now = timezone.now()
    time_machine.move_to(now)
    arxiv.body = EMPTY
    program.call(INDEX, {"arxivId": "2509.08721"})
    work()
    for path, body in ((INDEX, {"arxivId": "2509.08721"}), (SUBMIT, {"paper_id": "2509.08721"})):
        answer = program.call(path, body)
        assert (answer.status_code, "arXiv has no paper with the id" in answer.json()["error"]) == (409, True)
    assert Submission.objects.count() == 1
    time_machine.move_to(now + timedelta(minutes=11))
    assert program.call(INDEX, {"arxivId": "2509.08721"}).status_code == 202


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"paper_id": "nonsense"}, 400, "is not an arXiv id such as"),
        ({"paper_id": "2509.08721", "media_urls": ["https://example.org/a.mp4"]}, 400, "can't be submitted here"),
        ({"paper_id": "2509.08721", "githubRepo": "not a link"}, 400, "githubRepo: Enter a valid URL."),
        ({"paper_id": "2509.08721", "organizationId": "0" * 24}, 403, "that you belong to"),
    ],
)
def test_what_the_page_refuses_is_refused(program, alice, body, status, error):
    SubmissionFactory(user=alice, state="fetched")
    answer = program.call(SUBMIT, body)
    assert (answer.status_code, error in answer.json()["error"], Paper.objects.exists()) == (status, True, False)


def test_an_account_without_a_confirmed_address_reads_what_to_do(db):
    answer = Program(token_of(UserFactory(confirmed=False))).call(INDEX, {"arxivId": "2509.08721"})
    assert (answer.status_code, "Confirm an email address first" in answer.json()["error"]) == (403, True)


def test_pages_and_the_api_have_one_limit(program, alice, signed_in, settings):
    settings.SUBMIT_DAILY_LIMIT = 1
    ids = iter(["2509.00001", "2509.00002", "2509.00003", "2509.00004"])
    for _ in range(2):
        signed_in(alice).act("/papers/submit", {"arxiv_id": next(ids)})
    assert program.call(INDEX, {"arxivId": next(ids)}).status_code == 202
    answer = program.call(INDEX, {"arxivId": next(ids)})
    assert (answer.status_code, "You can look up 3 papers a day" in answer.json()["error"]) == (429, True)
    assert Submission.objects.count() == 3
