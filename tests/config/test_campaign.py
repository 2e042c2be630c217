"""Rounds of kills under load (`bench/campaign/`): nothing is lost or doubled, and the oracle finds what is.

All kills have one site. The long run is `bench/kills.py`.
"""

import random
import smtplib
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import psycopg
import pytest
from django.conf import settings

from bench.campaign.actions import Actor, vote
from bench.campaign.faults import CutConnection, Fault, FullDisk, JumpingClock, Missing
from bench.campaign.oracle import Ledger
from bench.campaign.rounds import LETTERS, Campaign
from bench.servers import answers
from tests.serving import PATIENCE

ROUNDS = 30
OF_FAULTS = 2  # on and back, for a clock
LETTERS_SECONDS = 20


@pytest.fixture(scope="module")
def seed() -> int:
    return random.randrange(10**6)


@pytest.fixture(scope="module")
def template(seed, tmp_path_factory) -> Path:
    """The state folder of a site that has run once, with the static files of the tests, so that starts are quick."""
    folder = tmp_path_factory.mktemp("template")
    (folder / "static").symlink_to(settings.STATIC_ROOT)
    with Campaign.open(folder, seed):
        return folder


@pytest.fixture(scope="module")
def opened(seed, tmp_path_factory, template) -> Iterator[Campaign]:
    with Campaign.open(tmp_path_factory.mktemp("kills"), seed, template=template) as played:
        yield played
    assert played.site.postmaster() is None  # it stops with the site, however often it was started again


@pytest.fixture
def campaign(opened) -> Campaign:
    """A campaign of one test, that has found nothing so far, on the site of all."""
    fresh = Campaign(opened.site, opened.cast, opened.post, opened.seed)
    fresh.adopt()
    return fresh


@pytest.fixture
def with_fault(seed, tmp_path, template) -> Callable[[Fault], AbstractContextManager[Campaign]]:
    """`with_fault(FullDisk())`: a site of its own that the fault strikes; the test is skipped where that cannot be."""

    @contextmanager
    def open_site(fault: Fault) -> Iterator[Campaign]:
        with ExitStack() as stack:
            try:
                (tmp_path / "site").mkdir()
                played = stack.enter_context(Campaign.open(tmp_path / "site", seed, fault, template))
            except Missing as missing:
                pytest.skip(str(missing))
            yield played

    return open_site


def play(campaign: Campaign, rounds: int) -> None:
    """Play this many rounds, and fail with what the oracle finds wrong."""
    sys.stdout.write(f"bench/kills.py --seed {campaign.seed}\n")  # pytest shows it if the test fails
    for number in range(1, rounds + 1):
        campaign.play(number)
    campaign.finish(LETTERS_SECONDS)
    assert campaign.problems == []
    assert campaign.ledger.counts["acknowledged"] > 5 * rounds
    assert not campaign.ledger.refusals


def test_nothing_is_lost_or_doubled_by_kills(campaign):
    play(campaign, ROUNDS)
    assert campaign.killed["PostgreSQL"]
    assert campaign.post.accepted


def test_the_supervisor_of_the_worker_is_killed(campaign):
    """It is started again, and so is the worker, which goes on with letters."""
    former = campaign.site.wait_for(campaign.site.supervisor)
    campaign.play(900_002, "supervisor")
    assert campaign.site.wait_for(campaign.site.supervisor) != former
    assert campaign.finish(PATIENCE) == 0
    assert campaign.problems == []


def page_of(port: int) -> bytes | None:
    """The page with all papers; None from a process that tries the database again within a second."""
    try:
        return urlopen(f"http://127.0.0.1:{port}/papers?q=&has=").read()
    except HTTPError as error:
        assert error.code == 503
        return None


def test_postgresql_alone_is_killed(campaign):
    """It comes back by itself: pages, votes and the worker go on, and the main process is the same."""
    main, former = campaign.site.main(), campaign.site.postmaster()
    former.kill()
    campaign.site.wait_for(lambda: all(answers(campaign.site.port, path) for path in ("/papers", "/readyz")))
    assert campaign.site.postmaster() != former
    assert campaign.site.main() == main
    page = campaign.site.wait_for(lambda: page_of(campaign.site.port))
    assert b'class="card"' in page
    campaign.play(900_001, "PostgreSQL")
    assert campaign.finish(PATIENCE) == 0
    assert campaign.problems == []
    assert [number for who, number in campaign.post.accepted.items() if "-900001-" in who] == [1] * LETTERS


def test_a_lost_vote_and_a_wrong_counter_are_found(campaign):
    actor = Actor(campaign.site, campaign.ledger, campaign.cast, campaign.cast.readers[0], random.Random(1), "planted")
    while not any(name.startswith("vote") and values == [1] for name, values in campaign.ledger.possible.items()):
        vote(actor)
    actor.browser.close()
    lost = next(name for name, values in campaign.ledger.possible.items() if name.startswith("vote") and values == [1])
    with psycopg.connect(campaign.site.url) as connection:
        connection.execute(
            "DELETE FROM papers_vote USING accounts_user, papers_paper WHERE user_id = accounts_user.id "
            "AND paper_id = papers_paper.id AND 'vote ' || username || ' ' || arxiv_id = %s",
            [lost],
        )
    campaign.finish(0)
    assert (campaign.faults["lost"], campaign.faults["wrong counters"], campaign.is_clean) == (1, 1, False)
    assert any(lost in problem for problem in campaign.problems)
    campaign.site.command("audit", "--fix").wait()


def test_a_second_letter_and_a_missing_one_are_found(campaign):
    with psycopg.connect(campaign.site.url) as connection:
        campaign.post.plan(connection, "planted", 2)
    campaign.site.wait_for(lambda: len([who for who in campaign.post.accepted if "planted" in who]) == 2)
    del campaign.post.accepted["letter-planted-2@example.org"]
    with psycopg.connect(campaign.site.url) as connection:
        assert not campaign.post.compare(connection).doubled
    with smtplib.SMTP("127.0.0.1", campaign.post.port) as server:
        server.sendmail("who@example.org", ["letter-planted-1@example.org"], "Subject: once more\r\n\r\nText\r\n")
    campaign.finish(LETTERS_SECONDS)
    assert (campaign.faults["letters doubled"], campaign.faults["letters lost"]) == (1, 1)


def test_a_doubled_comment_and_a_withdrawal_that_came_to_nothing_are_found():
    wrong = Ledger({"comment twice": [1], "hidden 1": [0], "vote once": [0, 1]}).judge(
        {"comment twice": 2, "hidden 1": 1, "vote once": 1}
    )
    assert [(str(each), each.is_doubled) for each in wrong] == [
        ("comment twice: 2 instead of 1", True),
        ("hidden 1: 1 instead of 0", False),
    ]


def test_a_full_disk(with_fault):
    """What cannot be written is refused, and the site goes on by itself when there is room again."""
    with with_fault(FullDisk()) as played:
        main = played.site.main()
        play(played, OF_FAULTS)
        assert played.site.main() == main
        assert "No space left on device" in played.site.log.read_text()


def test_a_clock_that_jumps(with_fault):
    """By an hour on and back, over the change to summer: nobody is signed out, and the worker goes on."""
    with with_fault(JumpingClock()) as played:
        main, worker = played.site.main(), played.site.wait_for(played.site.worker)
        play(played, OF_FAULTS)
        assert (played.site.main(), played.site.worker()) == (main, worker)
        # The server closes connections that seem to have been idle for an hour, perhaps as a request comes on them.
        connections = len([*played.cast.readers, played.cast.moderator])  # each person has one
        assert played.ledger.counts["unanswered"] <= OF_FAULTS * connections


def test_connections_that_are_cut_in_the_middle_of_a_statement(with_fault, database_url):
    fault = CutConnection(database_url)
    with with_fault(fault) as played:
        play(played, OF_FAULTS)
        assert fault.cutter.cuts
        assert played.ledger.counts["unanswered"]
