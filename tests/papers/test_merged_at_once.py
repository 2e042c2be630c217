"""Papers are merged while readers vote, comment and import: nobody waits for ever, and nothing is counted twice."""

from functools import partial

import pytest
from django.db import IntegrityError

from lib.refusals import Gone
from moderation.models import Action
from papers import audit
from papers.intake import writing
from papers.models import (
    Bookmark,
    Collection,
    CollectionFollow,
    Comment,
    Content,
    Intake,
    Item,
    Paper,
    RemovedPaper,
    Vote,
)
from tests.factories import PaperFactory, UserFactory, appoint
from tests.moderation.conftest import take
from tests.race import interleave, race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mo(transactional_db):
    return appoint(UserFactory(username="mo", name="Mo Moss"))


def begin_to_merge() -> None:
    """Take the locks that merging has just before it copies what readers did."""
    RemovedPaper.objects.lock_removals()
    list(Paper.objects.select_for_update())


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

    merge = partial(RemovedPaper.objects.merge, mo, old, into, "The same.")
    assert interleave(into.lock, partial(Vote.objects.make, voter, Paper.objects.get(pk=into.pk)), merge) is False
    assert list(Vote.objects.values_list("user", "paper")) == [(voter.pk, into.pk)]
    assert audit.mismatches() == []


def test_a_vote_that_is_cast_while_a_merge_is_undone_is_counted(mo):
    into, voter = PaperFactory(), UserFactory()
    removed = RemovedPaper.objects.merge(mo, PaperFactory(), into, "The same.")

    assert interleave(partial(Vote.objects.make, voter, into), partial(removed.restore, mo)) is None
    assert not RemovedPaper.objects.exists()
    assert audit.mismatches() == []


def test_papers_are_imported_while_one_is_merged_into_another(alice, mo):
    old, into = PaperFactory(), PaperFactory()
    Bookmark.objects.make(alice, old)
    intake = Intake.objects.begin(alice, f"{old.arxiv_id}\n{into.arxiv_id}".encode())
    writing.read(intake)
    intake.start()

    merge = partial(RemovedPaper.objects.merge, mo, old, into, "The same.")
    assert interleave(begin_to_merge, partial(writing.write, intake), merge) is None
    assert list(Bookmark.objects.values_list("user", "paper")) == [(alice.pk, into.pk)]
    intake.refresh_from_db()
    assert (intake.state, [result["problem"] for result in intake.results]) == ("done", [""])


def test_a_collection_is_followed_while_another_one_is_merged_into_it(alice, bob):
    source, target = (
        Collection.objects.create(key=key, name=key, user=alice, visibility="public") for key in ("source", "target")
    )
    CollectionFollow.objects.make(bob, source)
    follow = partial(CollectionFollow.objects.make, bob, Collection.objects.get(pk=target.pk))
    assert interleave(target.lock, follow, partial(Item.objects.merge, alice, source, target)) is False
    target.refresh_from_db()
    assert (CollectionFollow.objects.get().collection, target.follower_count) == (target, 1)
