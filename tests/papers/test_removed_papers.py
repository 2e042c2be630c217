"""A paper that moderators remove is nowhere, no import brings it back, and restoring it loses nothing."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from django.apps import apps
from django.core.cache import caches
from django.db import IntegrityError
from django.utils import timezone

from lib.refusals import Conflict, Gone, NotAllowed
from papers import audit
from papers.ingest import rules
from papers.ingest.save import save
from papers.ingest.submitting import Additions, list_paper
from papers.models import (
    Affiliation,
    AiText,
    Artefact,
    Bookmark,
    Collection,
    Comment,
    CommentVote,
    Content,
    Correction,
    Day,
    Dismissed,
    Embedding,
    HeldVote,
    Item,
    Origin,
    Paper,
    PaperFollow,
    PaperVersion,
    RemovedPaper,
    Seen,
    SiteCount,
    Submission,
    Vote,
    VoteNetwork,
    VoteSalt,
)
from papers.models.aitext import ImportedText
from papers.models.origin import OriginValues
from papers.sites import Counts
from tests.database import contents
from tests.factories import (
    NOON,
    RECORD,
    AuthorClaimFactory,
    OrganisationFactory,
    PaperFactory,
    SubmissionFactory,
    UserFactory,
    appoint,
)
from tests.orgs.conftest import confirm
from tests.race import race

# What restoring changes besides: the revision grows, and the picture is fetched again.
TRACES = {"revision", "updated_at", "picture", "picture_source"}


@pytest.fixture
def mo(db):
    return appoint(UserFactory(username="mo", name="Mo Moss"))


def rows() -> dict:
    """All rows of papers, but for TRACES and the hashes of networks, which are not kept for longer than they may."""
    found = {}
    for model in apps.get_app_config("papers").get_models():
        if model not in (RemovedPaper, VoteNetwork, VoteSalt):
            values = model.objects.order_by("pk").values()
            found[model.__name__] = [{k: v for k, v in row.items() if k not in TRACES} for row in values]
    return found


def discussed_paper(alice, bob) -> Paper:
    """A paper with a row of every kind that refers to one, of Alice's and of Bob's."""
    lab = OrganisationFactory(slug="lab")
    paper = PaperFactory(arxiv_id="2509.08721", organisation=lab, submitted_by=alice, imported_votes=3)
    for person in (alice, bob):
        for mark in (Vote, Bookmark, Seen, Dismissed):
            mark.objects.make(person, paper)
        PaperFollow.objects.make(person, paper)
        collection = Collection.objects.create(key=f"of-{person.username}", name="Autumn", user=person)
        Item.objects.add(person, collection, [paper.pk, PaperFactory().pk])
        Item.objects.write_note(person, collection, paper.pk, "Read this.", "")
    first = Comment.objects.post(bob, paper, Content("First."))
    first.edit(bob, Content("Firstly."), 0)
    reply = Comment.objects.post(alice, paper, Content("It runs.", "works", "v1.0"), first)
    CommentVote.objects.make(alice, first)
    CommentVote.objects.make(bob, reply)
    SubmissionFactory(user=alice, state="listed", paper=paper)
    HeldVote.objects.create(user=alice, paper=paper, state="released")
    AuthorClaimFactory(user=alice, paper=paper)
    Comment.objects.mark_authors([paper.pk])
    Correction.objects.create(actor=alice, paper=paper, changes={"keywords": [[], ["Engines"]]})
    Artefact.objects.create(
        paper=paper,
        kind="model",
        name="lab/engine",
        url="https://huggingface.co/lab/engine",
        source="author",
        added_by=alice,
    )
    Paper.objects.touch([paper.pk], model_count=1)
    AiText.objects.keep({paper.pk: ImportedText("Engines add.", ("Engines",), "model-1", 1, timezone.now())})
    Origin.objects.keep({paper.pk: OriginValues("7", "ada-l", "Ada L.")})
    SiteCount.objects.keep({paper.pk: {"https://papers.example.org": Counts(2, 0)}})
    PaperVersion.objects.keep({paper.pk: [(1, "Former title", "", ("Ada Lovelace",))]})
    Embedding.objects.create(paper=paper, revision=1, model="none", vector=[0.5] * 384)
    paper.refresh_from_db()
    return paper


def test_all_rows_that_refer_to_a_paper_come_back(alice, bob, mo):
    paper, before = discussed_paper(alice, bob), rows()
    empty = {name for name, found in before.items() if not found}
    referring = {r.related_model.__name__ for r in Paper._meta.get_fields(include_hidden=True) if r.one_to_many}
    assert empty & referring == set()
    RemovedPaper.objects.remove(mo, paper, "A hoax.")
    assert not Paper.objects.filter(arxiv_id="2509.08721").exists()
    assert not Comment.objects.exists()
    assert set(Collection.objects.values_list("paper_count", flat=True)) == {1}
    assert audit.mismatches() == []
    RemovedPaper.objects.get().restore(mo)
    assert rows() == before
    assert audit.mismatches() == []
    assert not RemovedPaper.objects.exists()


def test_what_people_had_who_left_meanwhile_does_not_come_back(alice, bob, mo):
    paper = discussed_paper(alice, bob)
    RemovedPaper.objects.remove(mo, paper, "A hoax.")
    bob.leave()
    Affiliation.objects.all().delete()
    paper.organisation.delete()
    RemovedPaper.objects.get().restore(mo)
    paper.refresh_from_db()
    assert (paper.vote_count, paper.comment_count, paper.organisation) == (4, 1, None)
    assert Vote.objects.get().user == alice
    first = Comment.objects.get(parent=None)
    assert (first.text, first.author, bool(first.retracted_at), first.vote_count) == ("", None, True, 1)
    assert not first.revisions.exists()
    assert "First" not in str(rows())
    assert audit.mismatches() == []


def test_a_comment_that_was_retracted_before_comes_back_without_its_text_if_its_author_left(bob, mo):
    comment = Comment.objects.post(bob, PaperFactory(), Content("First."))
    comment.edit(bob, Content("Firstly."), 0)
    comment.retract(bob)
    removed = RemovedPaper.objects.remove(mo, comment.paper, "A hoax.")
    bob.leave()
    removed.restore(mo)
    restored = Comment.objects.get()
    assert (restored.text, restored.retracted_at) == ("", comment.retracted_at)
    assert not restored.revisions.exists()


def test_a_place_that_was_taken_meanwhile_is_given_at_the_end(alice, mo):
    paper, other = PaperFactory(), PaperFactory()
    collection = Collection.objects.create(key="own", name="Own", user=alice)
    Item.objects.add(alice, collection, [paper.pk])
    RemovedPaper.objects.remove(mo, paper, "A hoax.")
    Item.objects.add(alice, collection, [other.pk])
    RemovedPaper.objects.get().restore(mo)
    assert list(Item.objects.order_by("-position").values_list("paper", flat=True)) == [other.pk, paper.pk]
    assert audit.mismatches() == []


def test_its_page_says_why_and_nothing_lists_it(paper, mo, client, signed_in, carol):
    assert "2509.08721" in client.get("/papers/date/2025-09-10").content.decode()
    RemovedPaper.objects.remove(mo, paper, "A <hoax>.")
    caches["pages"].clear()  # which keeps what stands beside the lists for a minute
    answer = client.get("/papers/2509.08721")
    assert answer.status_code == 410
    assert "A &lt;hoax&gt;." in answer.content.decode()
    assert client.get("/papers/2509.08721v2").status_code == 410
    for path in ("/papers/date/2025-09-10", "/papers/date/2025-09-10.atom", "/papers/trending", "/papers?q=2509.08721"):
        assert paper.title not in client.get(path).content.decode()
    vote = signed_in(carol).act("/papers/2509.08721/vote")
    assert vote.status_code == 404
    submitted = signed_in(carol).act("/papers/submit", {"arxiv_id": "2509.08721"})
    assert submitted.status_code == 403
    assert "Moderators have removed this paper: A &lt;hoax&gt;." in submitted.content.decode()


def test_no_import_brings_it_back(paper, mo):
    record = replace(RECORD, arxiv_id="2509.08721", listed_at=NOON)
    RemovedPaper.objects.remove(mo, paper, "A hoax.")
    fetched = Submission.objects.create(user=mo, arxiv_id="2509.08721")
    fetched.store(RECORD.as_json())
    counts = save([record, replace(record, arxiv_id="2509.00001")])
    assert (counts.new, counts.unchanged) == (1, 1)
    with pytest.raises(NotAllowed, match="A hoax"):
        list_paper(mo, fetched, Additions())
    assert Paper.objects.get().arxiv_id == "2509.00001"
    assert Submission.objects.get().paper is None
    RemovedPaper.objects.get().restore(mo)
    assert save([record]).changed == 1


def test_who_submitted_it_cannot_submit_another_one_that_day(alice, bob, mo, settings, time_machine):
    settings.SUBMIT_DAILY_LIMIT = 2
    time_machine.move_to(NOON)
    SubmissionFactory(user=bob, state="fetched")
    paper = list_paper(confirm(alice), SubmissionFactory(user=alice, state="fetched"), Additions())
    removed = RemovedPaper.objects.remove(mo, paper, "A hoax.")
    assert [rules.allowance(person).left for person in (alice, bob)] == [1, 2]
    removed.restore(mo)
    assert rules.allowance(alice).left == 1
    time_machine.move_to(NOON + timedelta(days=1))
    RemovedPaper.objects.merge(mo, paper, PaperFactory(), "The same.")
    assert rules.allowance(alice).left == 2


def test_after_thirty_days_it_can_only_be_submitted_anew(alice, bob, mo):
    RemovedPaper.objects.remove(mo, discussed_paper(alice, bob), "A hoax.")
    RemovedPaper.objects.forget_archives()
    assert "Firstly" in str(RemovedPaper.objects.get().archive)
    RemovedPaper.objects.update(removed_at=timezone.now() - timedelta(days=31))
    RemovedPaper.objects.forget_archives()
    assert RemovedPaper.objects.get().archive is None
    with pytest.raises(NotAllowed):
        RemovedPaper.objects.demand_none("2509.08721")
    RemovedPaper.objects.get().restore(mo)
    RemovedPaper.objects.demand_none("2509.08721")
    assert not Paper.objects.filter(arxiv_id="2509.08721").exists()


def test_only_moderators_remove_and_restore(paper, mo, carol):
    before = contents(Paper, RemovedPaper)
    with pytest.raises(NotAllowed):
        RemovedPaper.objects.remove(carol, paper, "Mine.")
    assert contents(Paper, RemovedPaper) == before
    removed = RemovedPaper.objects.remove(mo, paper, "A hoax.")
    with pytest.raises(NotAllowed):
        removed.restore(carol)
    PaperFactory(arxiv_id="2509.08721")
    with pytest.raises(Conflict):
        removed.restore(mo)


@pytest.mark.django_db(transaction=True)
def test_a_paper_is_removed_while_readers_vote_comment_and_collect(mo, paper):
    people = [UserFactory() for _ in range(6)]
    collections = [Collection.objects.create(key=f"c{p.pk}", name="Own", user=p) for p in people]
    acts = [partial(Vote.objects.make, person, paper) for person in people]
    acts += [partial(Comment.objects.post, person, Paper.objects.get(), Content("Why?")) for person in people]
    acts += [partial(Item.objects.add, p, own, [paper.pk]) for p, own in zip(people, collections, strict=True)]
    acts += [partial(save, [replace(RECORD, arxiv_id="2509.08721", listed_at=NOON)])]
    outcome = race(*acts, partial(RemovedPaper.objects.remove, mo, Paper.objects.get(), "A hoax."))
    assert isinstance(outcome[-1], RemovedPaper)
    refusals = [end for end in outcome[:-1] if isinstance(end, Exception)]
    assert {type(end) for end in refusals} <= {Gone, IntegrityError}
    assert not Paper.objects.exists()
    RemovedPaper.objects.get().restore(mo)
    assert audit.mismatches() == []
    assert Day.objects.get().paper_count == 1
