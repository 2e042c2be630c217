"""Two papers that are the same become one, which loses nothing, and that can be taken back."""

from functools import partial

import pytest
from django.db import IntegrityError

from lib.refusals import BadInput, Gone, NotAllowed
from moderation.models import Action
from papers import audit
from papers.ingest.save import save
from papers.models import Bookmark, Collection, Comment, Content, Item, Paper, PaperFollow, RemovedPaper, Vote
from tests.factories import PaperFactory, UserFactory, appoint
from tests.moderation.conftest import take
from tests.papers.test_removed_papers import RECORD, discussed_paper, rows
from tests.race import race


@pytest.fixture
def mo(db):
    return appoint(UserFactory(username="mo", name="Mo Moss"))


@pytest.fixture
def papers(alice, bob, carol):
    """A discussed paper, and another one, on which Alice and Carol have voted and Alice has reported."""
    old, into = discussed_paper(alice, bob), PaperFactory(arxiv_id="2509.00002", imported_votes=2)
    for person in (alice, carol):
        Vote.objects.make(person, into)
    Comment.objects.post(alice, into, Content("It runs here, too.", "works", "v2.0"))
    into.refresh_from_db()
    return old, into


def test_votes_comments_bookmarks_follows_and_places_move(papers, alice, bob, carol, mo, client):
    old, into = papers
    RemovedPaper.objects.merge(mo, old, into, "The same.")
    into.refresh_from_db()
    assert set(Vote.objects.filter(paper=into).values_list("user", flat=True)) == {alice.pk, bob.pk, carol.pk}
    assert (into.vote_count, into.comment_count) == (5, 3)
    for model in (Bookmark, PaperFollow):
        assert set(model.objects.filter(paper=into).values_list("user", flat=True)) == {alice.pk, bob.pk}
    assert set(Item.objects.filter(paper=into).values_list("note", flat=True)) == {"Read this."}
    assert set(Collection.objects.values_list("paper_count", flat=True)) == {2}
    first = Comment.objects.get(text="Firstly.")
    assert (first.paper, first.revisions.count(), first.vote_count) == (into, 1, 1)
    assert first.replies.get().text == "It runs."
    assert list(Comment.objects.exclude(outcome="").values_list("ran", flat=True)) == ["v2.0"]
    assert audit.mismatches() == []
    answer = client.get("/papers/2509.08721")
    assert (answer.status_code, answer.url) == (302, "/papers/2509.00002")
    assert "Firstly." in client.get("/papers/2509.00002").content.decode()


def test_taking_it_back_leaves_all_as_it_was(papers, mo):
    old, into = papers
    before = rows()
    removed = RemovedPaper.objects.merge(mo, old, into, "The same.")
    assert rows() != before
    removed.restore(mo)
    assert rows() == before
    assert audit.mismatches() == []


def test_what_was_done_after_merging_stays_with_the_right_paper(papers, carol, mo):
    old, into = papers
    removed = RemovedPaper.objects.merge(mo, old, into, "The same.")
    first = Comment.objects.get(text="Firstly.")
    Comment.objects.post(carol, into, Content("A reply."), first)
    Comment.objects.post(carol, into, Content("Of the other paper."))
    dora = UserFactory()
    Vote.objects.make(dora, into)
    removed.restore(mo)
    assert set(old.comments.values_list("text", flat=True)) == {"Firstly.", "It runs.", "A reply."}
    assert set(into.comments.values_list("text", flat=True)) == {"It runs here, too.", "Of the other paper."}
    assert Vote.objects.filter(user=dora).get().paper == into
    assert audit.mismatches() == []


def test_no_import_and_nobody_brings_the_old_one_back(papers, carol, mo, signed_in):
    RemovedPaper.objects.merge(mo, *papers, "The same.")
    assert save([RECORD]).unchanged == 1
    answer = signed_in(carol).act("/papers/submit", {"arxiv_id": "2509.08721"})
    assert "Moderators have merged this paper into 2509.00002: The same." in answer.content.decode()
    assert not Paper.objects.filter(arxiv_id="2509.08721").exists()


def test_what_cannot_be_merged(papers, carol, mo):
    old, into = papers
    with pytest.raises(NotAllowed):
        RemovedPaper.objects.merge(carol, old, into, "Mine.")
    with pytest.raises(BadInput):
        RemovedPaper.objects.merge(mo, old, old, "The same.")
    RemovedPaper.objects.merge(mo, old, into, "The same.")
    with pytest.raises(BadInput):
        RemovedPaper.objects.merge(mo, into, PaperFactory(), "The same.")


def test_moderators_merge_by_the_form(papers, mo, signed_in, client):
    old, _ = papers
    reader, path = signed_in(mo), f"/moderation/paper/{old.pk}/merge"
    for into, words in (("x", "arXiv"), ("2509.99999", "There is no paper with this id")):
        answer = reader.act(path, {"into": into, "reason": "The same.", "seen": "0-0-0"})
        assert answer.status_code == 400
        assert words in answer.content.decode()
    assert reader.act(path, {"into": "2509.00002", "reason": "The same.", "seen": "0-0-0"}).status_code == 302
    assert "into 2509.00002" in client.get("/moderation/log").content.decode()
    reader.act(f"/moderation/log/{Action.objects.get().pk}/undo", {"reason": "They differ."})
    assert Paper.objects.filter(arxiv_id="2509.08721").exists()


@pytest.mark.django_db(transaction=True)
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
