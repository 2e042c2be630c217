"""Two papers that are the same become one, which loses nothing, and that can be taken back."""

import pytest

from lib.conflicts import digests
from lib.refusals import BadInput, Conflict, NotAllowed
from moderation.models import Action
from papers import audit
from papers.ingest.save import save
from papers.models import (
    AuthorClaim,
    Bookmark,
    Collection,
    Comment,
    CommentVote,
    Content,
    Correction,
    Item,
    Paper,
    PaperFollow,
    RemovedPaper,
    Vote,
)
from tests.factories import AuthorClaimFactory, PaperFactory, UserFactory, appoint
from tests.papers.test_removed_papers import RECORD, discussed_paper, rows


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


def test_what_was_deleted_after_merging_does_not_come_back(alice, bob, mo):
    comment = Comment.objects.post(bob, PaperFactory(), Content("First.", "works", "v1.0"))
    comment.edit(bob, Content("Firstly.", "works", "v1.0"), 0)
    CommentVote.objects.make(alice, comment)
    removed = RemovedPaper.objects.merge(mo, comment.paper, PaperFactory(), "The same.")
    comment.refresh_from_db()
    CommentVote.objects.unmake(alice, comment)
    bob.leave()
    removed.restore(mo)
    restored = Comment.objects.get()
    assert (restored.text, restored.outcome, restored.ran, restored.vote_count) == ("", "", "", 0)
    assert not restored.revisions.exists()
    assert not CommentVote.objects.exists()


def test_no_import_and_nobody_brings_the_old_one_back(papers, carol, mo, signed_in):
    RemovedPaper.objects.merge(mo, *papers, "The same.")
    assert save([RECORD]).unchanged == 1
    answer = signed_in(carol).act("/papers/submit", {"arxiv_id": "2509.08721"})
    assert "Moderators have merged this paper into 2509.00002: The same." in answer.content.decode()
    assert not Paper.objects.filter(arxiv_id="2509.08721").exists()


def test_who_was_an_author_still_is(papers, alice, bob, mo):
    old, into = papers
    waiting = AuthorClaimFactory(user=bob, paper=old, state="waiting", name="Grace Hopper")
    refused = AuthorClaimFactory(paper=old, state="refused", name="Niklaus Wirth")
    RemovedPaper.objects.merge(mo, old, into, "The same.")
    assert into.author_claims.granted_to(alice).get().name == "Ada Lovelace"
    assert Comment.objects.filter(author=alice, by_author=True).count() == 2
    assert set(into.author_claims.exclude(state="granted")) == {waiting, refused}
    waiting.refresh_from_db()
    waiting.grant(mo, "She wrote it.")
    RemovedPaper.objects.get().restore(mo)
    assert set(old.author_claims.granted().values_list("user", flat=True)) == {alice.pk, bob.pk}
    assert not into.author_claims.exists()
    assert audit.mismatches() == []


def test_what_somebody_corrected_who_proved_to_be_no_author_after_merging_does_not_come_back(alice, mo):
    old = PaperFactory(keywords=["Stars"])
    claim = AuthorClaimFactory(user=alice, paper=old)
    values = {"code_url": "", "project_url": "", "keywords": ["Cheap pills"]}
    Correction.objects.make(alice, old, values, digests({name: getattr(old, name) for name in values}))
    removed = RemovedPaper.objects.merge(mo, old, PaperFactory(), "The same.")
    claim.refresh_from_db()
    claim.withdraw(mo, "She is somebody else.")
    removed.restore(mo)
    old.refresh_from_db()
    assert old.keywords == ["Stars"]


@pytest.mark.parametrize(
    ("state", "name", "other"),
    [
        ("granted", "Niklaus Wirth", None),  # who is no author of the other paper
        ("waiting", "Niklaus Wirth", None),
        ("granted", "Ada Lovelace", ("carol", "granted", "Ada Lovelace")),
        ("granted", "Ada Lovelace", ("bob", "open", "Ada Lovelace")),
        ("waiting", "Ada Lovelace", ("bob", "granted", "Grace Hopper")),
    ],
)
def test_no_author_is_lost_by_merging(bob, carol, mo, state, name, other):
    old, into = PaperFactory(authors=[name]), PaperFactory()
    AuthorClaimFactory(user=bob, paper=old, state=state, name=name)
    if other:
        whose, other_state, other_name = other
        AuthorClaimFactory(user={"bob": bob, "carol": carol}[whose], paper=into, state=other_state, name=other_name)
    before = rows()
    with pytest.raises(Conflict, match=f"claims to be {name}"):
        RemovedPaper.objects.merge(mo, old, into, "The same.")
    assert rows() == before


@pytest.mark.parametrize(
    ("state", "name", "own"),
    [
        ("open", "Niklaus Wirth", None),
        ("waiting", "Ada Lovelace", "waiting"),
        ("waiting", "Ada Lovelace", "granted"),
        ("granted", "Ada Lovelace", "granted"),
    ],
)
def test_a_claim_that_the_other_paper_does_not_need_comes_back_when_that_is_undone(bob, mo, state, name, own):
    old, into = PaperFactory(authors=[name]), PaperFactory()
    AuthorClaimFactory(user=bob, paper=old, state=state, name=name)
    if own:
        AuthorClaimFactory(user=bob, paper=into, state=own)
    before = rows()
    removed = RemovedPaper.objects.merge(mo, old, into, "The same.")
    assert list(AuthorClaim.objects.values_list("paper", "state")) == ([(into.pk, own)] if own else [])
    removed.restore(mo)
    assert rows() == before


def test_what_cannot_be_merged(papers, carol, mo):
    old, into = papers
    with pytest.raises(NotAllowed):
        RemovedPaper.objects.merge(carol, old, into, "Mine.")
    with pytest.raises(BadInput):
        RemovedPaper.objects.merge(mo, old, old, "The same.")
    RemovedPaper.objects.merge(mo, old, into, "The same.")
    with pytest.raises(Conflict, match="was merged into this paper"):
        RemovedPaper.objects.merge(mo, into, PaperFactory(), "The same.")


def test_a_paper_that_another_was_merged_into_is_only_removed_once_that_is_undone(papers, mo):
    old, into = papers
    before = rows()
    merged = RemovedPaper.objects.merge(mo, old, into, "The same.")
    with pytest.raises(Conflict, match="was merged into this paper"):
        RemovedPaper.objects.remove(mo, into, "A hoax.")
    merged.restore(mo)
    RemovedPaper.objects.remove(mo, into, "A hoax.").restore(mo)
    assert rows() == before


def test_a_merge_into_a_paper_that_was_deleted_is_not_half_undone(papers, mo):
    old, into = papers
    merged = RemovedPaper.objects.merge(mo, old, into, "The same.")
    into.delete()
    with pytest.raises(Conflict, match="was deleted"):
        merged.restore(mo)
    assert not Paper.objects.filter(arxiv_id="2509.08721").exists()
    RemovedPaper.objects.update(archive=None)
    merged.restore(mo)
    RemovedPaper.objects.demand_none("2509.08721")


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
