"""Papers are merged while readers vote, comment and import: nobody waits for ever, and nothing is counted twice."""

from functools import partial
from threading import Thread

import pytest
from django.db import IntegrityError, connection, transaction

from lib.refusals import Gone
from moderation.models import Action
from papers import audit
from papers.intake import writing
from papers.models import Bookmark, Comment, Content, Intake, Paper, RemovedPaper, Vote
from tests.factories import PaperFactory, UserFactory, appoint
from tests.moderation.conftest import take
from tests.papers.test_deletion import until_somebody_waits
from tests.race import race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mo(transactional_db):
    return appoint(UserFactory(username="mo", name="Mo Moss"))


def test_a_paper_is_merged_while_readers_vote_and_comment(mo):
    old, into = PaperFactory(arxiv_id="2509.08721"), PaperFactory(arxiv_id="2509.00002")
    people = [UserFactory() for _ in range(10)]
    acts = [partial(Vote.objects.make, person, paper) for person in people for paper in (old, into)]
    acts += [partial(Comment.objects.post, p, Paper.objects.get(pk=old.pk), Content(f"Why, {p}?")) for p in people]
    outcome = race(*acts, partial(take, mo, "merge", Paper.objects.get(pk=old.pk), "The same."))
    assert isinstance(outcome[-1], Action)
    refusals = [end for end in outcome if isinstance(end, Exception)]
    assert {type(end) for end in refusals} <= {Gone, IntegrityError}
    assert audit.mismatches() == []
    assert Vote.objects.filter(paper=into).count() == 10
    posted = sum(isinstance(end, Comment) for end in outcome)
    assert Comment.objects.filter(paper=into).count() == posted


def test_who_votes_for_both_papers_at_the_moment_of_a_merge_has_one_vote(mo):
    old, into, voter = PaperFactory(), PaperFactory(), UserFactory()
    Vote.objects.make(voter, old)

    def vote():
        Vote.objects.make(voter, into)
        connection.close()

    thread = Thread(target=vote)
    with transaction.atomic():
        into.lock()
        thread.start()
        until_somebody_waits()
        RemovedPaper.objects.merge(mo, old, into, "The same.")
    thread.join()
    assert list(Vote.objects.values_list("user", "paper")) == [(voter.pk, into.pk)]
    assert audit.mismatches() == []


def test_a_vote_that_is_cast_while_a_merge_is_undone_is_counted(mo):
    into, voter = PaperFactory(), UserFactory()
    removed = RemovedPaper.objects.merge(mo, PaperFactory(), into, "The same.")

    def undo():
        removed.restore(mo)
        connection.close()

    thread = Thread(target=undo)
    with transaction.atomic():
        Vote.objects.make(voter, into)
        thread.start()
        until_somebody_waits()
    thread.join()
    assert not RemovedPaper.objects.exists()
    assert audit.mismatches() == []


def test_papers_are_imported_while_one_is_merged_into_another(alice, mo):
    old, into = PaperFactory(), PaperFactory()
    Bookmark.objects.make(alice, old)
    intake = Intake.objects.begin(alice, f"{old.arxiv_id}\n{into.arxiv_id}".encode())
    writing.read(intake)
    intake.start()

    def write():
        writing.write(intake)
        connection.close()

    thread = Thread(target=write)
    with transaction.atomic():
        RemovedPaper.objects.lock_removals()
        list(Paper.objects.select_for_update())  # as a merge does just before it copies the bookmarks
        thread.start()
        until_somebody_waits()
        RemovedPaper.objects.merge(mo, old, into, "The same.")
    thread.join()
    assert list(Bookmark.objects.values_list("user", "paper")) == [(alice.pk, into.pk)]
    intake.refresh_from_db()
    assert (intake.state, [result["problem"] for result in intake.results]) == ("done", [""])
