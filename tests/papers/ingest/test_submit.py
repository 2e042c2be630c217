"""The pages to submit a paper: they respond without waiting for arXiv, limit attempts, and show the state."""

import socket
from functools import partial

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from papers.ingest import rules
from papers.models import Paper, Submission
from tests.factories import PaperFactory, SubmissionFactory, UserFactory
from tests.orgs.conftest import confirm
from tests.papers.ingest.fake_arxiv import EMPTY
from tests.race import race

PAGE = "/papers/submit"
FETCH = "papers.ingest.tasks.fetch_submission"


def submit(reader, arxiv_id="2509.08721", **extra):
    return reader.act(PAGE, {"arxiv_id": arxiv_id}, **extra)


@pytest.fixture(autouse=True)
def _confirmed(alice, bob):
    """Alice and Bob have confirmed their addresses."""
    confirm(alice)
    confirm(bob)


def jobs() -> list[int]:
    """The ids of the submissions that have a job."""
    return [job.args["pk"] for job in ProcrastinateJob.objects.filter(task_name=FETCH).order_by("pk")]


@pytest.fixture
def connections(monkeypatch):
    """The connections and look-ups that this process tries, which fail. PostgreSQL is reached by other functions."""
    tried = []

    def refuse(*args, **options):
        tried.append(args)
        raise OSError("no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return tried


def test_eight_at_once_are_answered_without_a_connection_to_another_site(queue, connections, signed_in):
    readers = [signed_in(confirm(UserFactory())) for _ in range(8)]
    for reader in readers:
        reader.get(PAGE)
    answers = race(*[partial(submit, reader) for reader in readers])
    submissions = list(Submission.objects.filter(state="waiting", arxiv_id="2509.08721"))
    assert {answer.url for answer in answers} == {f"{PAGE}/{submission.key}" for submission in submissions}
    assert sorted(jobs()) == sorted(submission.pk for submission in submissions)
    assert (len(submissions), connections) == (8, [])


def test_from_the_form_by_a_look_to_todays_list(arxiv, alice, signed_in, work, time_machine):
    time_machine.move_to("2025-09-12T10:00Z")
    reader = signed_in(alice)
    page = submit(reader, "https://arxiv.org/abs/2509.08721v2").url
    assert "Fetching title, authors and abstract from arXiv" in reader.get(page).content.decode()
    work()
    look = reader.get(page).content.decode()
    for shown in ("Sharing is caring", "Ada Lovelace", "An abstract.", "10 September 2025"):
        assert shown in look
    assert "It will be on the list of Friday, 12 September 2025." in look
    assert not Paper.objects.exists()
    assert reader.act(page).url == "/papers/2509.08721"
    paper = Paper.objects.get()
    assert (paper.title, paper.version, paper.submitted_by) == ("Sharing is caring", 2, alice)
    assert (paper.is_listed, paper.listed_on.isoformat()) == (True, "2025-09-12")
    answer = reader.get("/papers").content.decode()
    assert "Sharing is caring" in answer
    assert "Thank you. The paper is on the list of Friday, 12 September 2025." in answer


def test_the_page_to_submit_leads_back_to_what_is_not_listed_yet(alice, bob, signed_in):
    waiting = SubmissionFactory(user=alice, arxiv_id="2509.00001")
    fetched = SubmissionFactory(user=alice, state="fetched")
    ended = SubmissionFactory(user=alice, arxiv_id="2509.00002", state="failed", problem="No paper.")
    page = signed_in(alice).get(PAGE).content.decode()
    assert f'href="{waiting.get_absolute_url()}"' in page
    assert f'href="{fetched.get_absolute_url()}"' in page
    assert "Sharing is caring" in page
    assert ended.key not in page
    assert "Not listed yet" not in signed_in(bob).get(PAGE).content.decode()


def test_a_paper_that_is_here_is_shown_with_a_sentence(paper, alice, signed_in):
    reader = signed_in(alice)
    assert submit(reader, paper.arxiv_id).url == "/papers/2509.08721"
    assert "This paper is here already." in reader.get("/papers/2509.08721").content.decode()
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("hello", "is not an arXiv id"),
        ("", "This field is required"),
        ("x" * 300, "is not an arXiv id"),
        ("https://arxiv.org/abs/2501.00001 https://arxiv.org/abs/2501.00002", "names several papers"),
    ],
)
def test_what_is_no_id_is_explained_and_kept(alice, signed_in, typed, words):
    answer = submit(signed_in(alice), typed)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert f'value="{typed}"' in answer.content.decode() or not typed
    assert not Submission.objects.exists()


def test_the_same_id_in_twenty_windows_is_one_submission_and_one_attempt(queue, alice, signed_in):
    reader = signed_in(alice)
    reader.get(PAGE)
    answers = race(*[partial(submit, reader)] * 20)
    submission = Submission.objects.get()
    assert {answer.url for answer in answers} == {f"{PAGE}/{submission.key}"}
    assert jobs() == [submission.pk]
    for n in range(1, rules.look_ups()[0]):
        assert submit(reader, f"2509.{n:05}").status_code == 302
    assert submit(reader, "2509.99999").status_code == 429


def test_attempts_that_fail_count(arxiv, alice, bob, signed_in, work):
    arxiv.body = EMPTY
    reader, most = signed_in(alice), rules.look_ups()[0]
    for _ in range(most):
        assert "was not listed" in submit(reader, follow=True).content.decode() or work() is None
    assert Submission.objects.filter(state="failed").count() == most
    refused = submit(reader)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 24 * 3600 / most
    assert "Attempts that failed count" in refused.content.decode()
    assert 'value="2509.08721"' in refused.content.decode()
    assert (Submission.objects.filter(state="waiting").count(), jobs()) == (0, [])
    assert submit(signed_in(bob)).status_code == 302


def test_a_network_has_a_limit_for_all_its_people(db, signed_in):
    person, network = rules.look_ups()
    people = [signed_in(confirm(UserFactory())) for _ in range(network // person)]
    for n in range(network):
        submit(people[n % len(people)], f"2509.{n + 1:05}", REMOTE_ADDR=f"192.0.2.{n}")
    assert len(jobs()) == network
    another = signed_in(confirm(UserFactory()))
    assert submit(another, REMOTE_ADDR="192.0.2.99").status_code == 429
    assert submit(another, REMOTE_ADDR="198.51.100.99").status_code == 302


def test_a_submission_is_its_persons_alone(alice, bob, signed_in, stranger):
    page = SubmissionFactory(user=alice).get_absolute_url()
    answer, unknown = signed_in(bob).get(page), signed_in(bob).get(f"{PAGE}/nothing")
    assert (answer.status_code, answer.content) == (404, unknown.content)
    assert stranger.get(page).url == f"/accounts/login/?next={page}"
    polling = stranger.get(page, headers={"hx-request": "true"})
    assert polling.headers["HX-Redirect"] == f"/accounts/login/?next={page}"


def test_a_worker_that_does_not_come_is_mentioned_after_half_a_minute(alice, signed_in, time_machine):
    time_machine.move_to("2025-09-10T12:00Z", tick=False)
    page = SubmissionFactory(user=alice).get_absolute_url()
    time_machine.move_to("2025-09-10T12:00:30Z", tick=False)
    assert "Fetching title" in signed_in(alice).get(page).content.decode()
    time_machine.move_to("2025-09-10T12:00:31Z", tick=False)
    assert "The worker is busy or not running." in signed_in(alice).get(page).content.decode()


def test_htmx_is_told_only_what_is_new(alice, signed_in, time_machine):
    submission, reader = SubmissionFactory(user=alice), signed_in(alice)

    def poll(shown):
        return reader.get(f"{submission.get_absolute_url()}?shown={shown}", headers={"hx-request": "true"})

    assert f'hx-get="{submission.get_absolute_url()}?shown=fetching"' in poll("").content.decode()
    assert (poll("fetching").status_code, poll("fetching").content) == (204, b"")
    submission.postpone("arXiv could not be reached at 12:00 UTC.", timezone.now())
    assert "could not be reached at 12:00 UTC" in poll("fetching").content.decode()
    assert "<html" not in poll("fetching").content.decode()
    Submission.objects.finish(PaperFactory(arxiv_id="2509.08721"))
    assert poll("fetching").headers["HX-Redirect"] == "/papers/2509.08721"
    submission = SubmissionFactory(user=alice, arxiv_id="2509.08722", state="failed", problem="Nothing came.")
    assert poll("fetching").headers["HX-Refresh"] == "true"
    submission = SubmissionFactory(user=alice, arxiv_id="2509.08722", state="fetched")
    assert poll("fetching").headers["HX-Refresh"] == "true"


def test_without_javascript_the_page_reloads_by_itself_until_it_ended(alice, signed_in):
    waiting, failed = SubmissionFactory(user=alice), SubmissionFactory(user=alice, state="failed", problem="No paper.")
    page = signed_in(alice).get(waiting.get_absolute_url()).content.decode()
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
    assert f'href="{waiting.get_absolute_url()}"' in page
    page = signed_in(alice).get(failed.get_absolute_url()).content.decode()
    assert "http-equiv" not in page
    assert "No paper." in page
    assert 'value="2509.08721"' in page


def test_only_who_is_signed_in_and_has_a_token_submits(alice, signed_in, stranger):
    for reader in (stranger, signed_in(alice)):
        assert reader.post(PAGE, {"arxiv_id": "2509.08721"}).status_code == 403
    assert (Submission.objects.count(), jobs()) == (0, [])


def test_strangers_sign_in_first(stranger):
    assert stranger.get("/papers/submit?arxiv_id=2509.08721").url == (
        "/accounts/login/?next=/papers/submit%3Farxiv_id%3D2509.08721"
    )


def test_what_is_not_listed_yet_says_how_far_it_is_and_can_be_discarded(alice, bob, signed_in):
    SubmissionFactory(key="waits", user=alice, arxiv_id="2509.00007")
    SubmissionFactory(key="here", user=alice, arxiv_id="2509.00008", state="fetched")
    reader = signed_in(alice)
    page = reader.get(PAGE).content.decode()
    assert "Fetching from arXiv" in page
    assert "Ready to be listed" in page
    signed_in(bob).act(f"{PAGE}/here/discard")
    assert Submission.objects.count() == 2
    for _ in range(2):
        assert reader.act(f"{PAGE}/here/discard").url == PAGE
    assert Submission.objects.get().key == "waits"
    assert "Ready to be listed" not in reader.get(PAGE).content.decode()


def test_a_listed_submission_is_not_discarded(alice, signed_in):
    SubmissionFactory(key="done", user=alice, state="listed", paper=PaperFactory())
    signed_in(alice).act(f"{PAGE}/done/discard")
    assert Submission.objects.exists()
