"""What happens to a token, or to its person, while a request of another process runs."""

import time
from threading import Event, Timer

import pytest
from django.db import transaction

from api.models import Token
from papers.models import Affiliation, Comment, Correction, Paper
from tests.api.bearer import Program, token_of
from tests.factories import AuthorClaimFactory, OrganisationFactory, PaperFactory, UserFactory, appoint
from tests.papers.test_suspended_meanwhile import row_locked, wait_until_waiting
from tests.race import race

pytestmark = pytest.mark.django_db(transaction=True)
PATH, TEXT = "/api/papers/2509.08721/comment", {"comment": "New."}


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "a"}])
def test_a_suspension_while_an_operation_waits(key):
    """The operation has locked its person, so that the suspension waits for it, or it changes nothing."""
    sue, moderator, paper = UserFactory(), appoint(UserFactory()), PaperFactory(arxiv_id="2509.08721")
    token, held, released = token_of(sue), Event(), Event()

    def hold():
        with row_locked(paper):
            held.set()
            released.wait(10)

    def act():
        held.wait(10)
        return Program(token).call(PATH, TEXT, **key)

    def suspend():
        held.wait(10)
        wait_until_waiting(1)
        Timer(0.3, released.set).start()
        sue.suspend(moderator, "Spam")

    _, answer, _ = race(hold, act, suspend)
    assert (answer.status_code, Comment.objects.count()) in [(201, 1), (403, 0)]
    assert Program(token).call(PATH, {"comment": "More."}).status_code == 401
    assert (Token.objects.count(), Comment.objects.filter(text="More.").count()) == (0, 0)


def test_a_token_that_is_revoked_dies_at_once_in_all_processes():
    sue = UserFactory()
    PaperFactory(arxiv_id="2509.08721")
    token, revoked = token_of(sue), Event()

    def vote() -> set[int]:
        """The statuses of requests that began after the token was revoked."""
        program, late = Program(token), set()
        for _ in range(40):
            is_late = revoked.is_set()
            status = program.call("/api/papers/2509.08721/vote").status_code
            if is_late:
                late.add(status)
            time.sleep(0.01)
        return late

    def revoke():
        time.sleep(0.2)
        Token.objects.get().revoke(sue)
        revoked.set()

    late, _ = race(vote, revoke)
    assert late == {401}


def test_an_author_disowns_the_organisation_that_the_paper_shows_when_it_is_locked():
    sue, paper = UserFactory(), PaperFactory(arxiv_id="2509.08721", organisation=OrganisationFactory())
    AuthorClaimFactory(user=sue, paper=paper)
    token, new, written, waited_for = token_of(sue), OrganisationFactory(name="New House"), Event(), Event()

    def change():
        with transaction.atomic():
            paper.lock()
            Affiliation.objects.create(paper=paper, organisation=new, state="accepted")
            Paper.objects.filter(pk=paper.pk).update(organisation=new)
            written.set()
            waited_for.wait(10)

    def act():
        written.wait(10)
        return Program(token).call("/api/papers/2509.08721/links", {"organizationId": None})

    def watch():
        written.wait(10)
        wait_until_waiting(1)
        waited_for.set()

    _, answer, _ = race(change, act, watch)
    assert answer.status_code == 200
    assert Correction.objects.get().changes == {"organisation": ["New House", ""]}
