"""The verbs of comments: what they write, count and refuse."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from lib.refusals import BadInput, Conflict, Gone, NotAllowed
from papers import audit
from papers.models import Comment, CommentRevision, CommentVote, Content, Paper
from papers.signals import comment_posted, people_mentioned
from tests.factories import AuthorClaimFactory, PaperFactory, UserFactory, appoint
from tests.papers.discussion.talk import post
from tests.race import race

REPORT = Content("It trains.", "works", "example/code at 1f2e3d", "one A100", "3 hours")


def counters(paper) -> tuple:
    """The comments, the people who commented, and the discussion of a paper."""
    paper.refresh_from_db()
    assert audit.mismatches() == []
    return paper.comment_count, paper.commenter_count, paper.discussion


def reports(paper) -> tuple:
    paper.refresh_from_db()
    assert audit.mismatches() == []
    return paper.works_count, paper.partly_count, paper.fails_count


@pytest.fixture
def comment(paper, alice):
    return post(alice, paper)


def test_comments_and_people_are_counted_beside_the_imported_comments(alice, bob):
    paper = PaperFactory(imported_comments=5)
    first = post(alice, paper)
    post(bob, paper, "Why?", first)
    post(alice, paper, "Because.", first)
    assert counters(paper) == (8, 2, 7)


def test_what_authors_of_the_paper_write_does_not_count_as_discussion(paper, alice, comment):
    AuthorClaimFactory(user=alice, paper=paper)
    Comment.objects.mark_authors([paper.pk])
    assert counters(paper) == (1, 0, 0)


def test_the_same_comment_twice_is_posted_once_and_elsewhere_refused(paper, alice):
    text, other = "Subscribe to my newsletter about these things.", PaperFactory()
    assert post(alice, paper, text) == post(alice, paper, text)
    with pytest.raises(BadInput, match="same text today"):
        post(alice, other, text)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        post(alice, other, text)
    assert post(alice, paper, "Thank you!") != post(alice, other, "Thank you!")
    assert counters(paper) == (2, 1, 1)


def test_an_answer_is_counted_by_its_parent_and_refused_by_a_retracted_one(paper, alice, bob, comment):
    answer = post(bob, paper, "Why?", comment)
    comment.refresh_from_db()
    assert (answer.depth, comment.reply_count) == (1, 1)
    comment.retract(alice)
    with pytest.raises(Conflict, match="can't reply to it"):
        post(bob, paper, "Really?", comment)
    assert counters(paper) == (1, 1, 1)


def test_an_edit_keeps_the_former_text_in_the_history(paper, alice, comment):
    comment.edit(alice, Content("Better."), 0)
    comment.edit(alice, Content("Better."), 0)  # nothing to change
    revision = CommentRevision.objects.get()
    assert (comment.text, comment.edit_count, revision.text) == ("Better.", 1, "Good.")
    assert revision.written_at == comment.created_at < revision.replaced_at == comment.edited_at
    with pytest.raises(Conflict, match="another window"):
        comment.edit(alice, Content("Worse."), 0)
    assert Comment.objects.get().text == "Better."


def test_a_retracted_comment_is_not_counted_nor_edited(paper, alice, bob, comment):
    answer = post(bob, paper, "Why?", comment)
    for _ in range(2):
        comment.retract(alice)
    assert counters(paper) == (1, 1, 1)
    with pytest.raises(Gone):
        comment.edit(alice, Content("Again."), 0)
    with pytest.raises(Gone):
        CommentVote.objects.make(bob, comment)
    assert list(Comment.objects.thread().order_by("pk")) == [comment, answer]
    answer.retract(bob)
    assert list(Comment.objects.thread()) == [comment]


def test_only_moderators_hide(paper, alice, bob, comment):
    with pytest.raises(NotAllowed):
        comment.hide(bob, "spam")
    moderator = appoint(UserFactory())
    comment.hide(moderator, "spam")
    assert (comment.hidden_reason, counters(paper)) == ("spam", (0, 0, 0))
    with pytest.raises(Gone):
        comment.edit(alice, Content("Again."), 0)
    comment.unhide(moderator)
    assert counters(paper) == (1, 1, 1)


@pytest.mark.parametrize("verb", [lambda c, who: c.retract(who), lambda c, who: c.edit(who, Content("Mine."), 0)])
def test_nobody_changes_what_somebody_else_wrote(verb, paper, comment, bob):
    for person in (bob, appoint(UserFactory())):
        with pytest.raises(NotAllowed):
            verb(comment, person)
    assert Comment.objects.get().text == "Good."


def test_an_upvote_raises_the_score_and_is_not_for_oneself(paper, alice, bob, comment):
    for _ in range(2):
        CommentVote.objects.make(bob, comment)
    comment.refresh_from_db()
    assert (comment.vote_count, round(comment.score, 4)) == (1, 0.3784)
    with pytest.raises(NotAllowed, match="your own"):
        CommentVote.objects.make(alice, comment)
    for _ in range(2):
        CommentVote.objects.unmake(bob, comment)
    comment.refresh_from_db()
    assert (comment.vote_count, comment.score) == (0, 0)


def test_one_report_a_person_and_paper(paper, alice, bob):
    report = Comment.objects.post(alice, paper, REPORT)
    post(bob, paper, "Which seed?", report)
    Comment.objects.post(bob, paper, replace(REPORT, outcome="fails"))
    assert reports(paper) == (1, 0, 1)
    again = Comment.objects.post(alice, paper, replace(REPORT, outcome="partly", duration="9 hours"))
    assert (again.pk, again.revisions.get().content) == (report.pk, REPORT)
    assert reports(paper) == (0, 1, 1)
    again.retract(alice)
    assert Comment.objects.post(alice, paper, REPORT) != again
    assert reports(paper) == (1, 0, 1)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (" \n", "Enter some text"),
        ("x" * 10_001, "at most 10,000 characters; this one has 10,001"),
        ("[a](https://a.example) [b](https://b.example) https://c.example", "2 links in a comment; this one has 3"),
    ],
)
def test_what_can_not_be_posted(text, refusal, paper, alice):
    alice.date_joined = timezone.now()
    with pytest.raises(BadInput, match=refusal):
        post(alice, paper, text)
    assert counters(paper) == (0, 0, 0)


def test_an_older_account_may_link_more(paper, alice):
    alice.date_joined = timezone.now() - timedelta(days=8)
    assert post(alice, paper, " ".join(f"https://{n}.example" for n in range(9)))


def test_who_leaves_takes_the_texts_along_and_the_answers_stay(paper, alice, bob, comment):
    post(bob, paper, "Why?", comment)
    CommentVote.objects.make(bob, comment)
    comment.edit(alice, Content("A secret."), 0)
    theirs = post(bob, paper, "Mine.")
    CommentVote.objects.make(alice, theirs)
    alice.delete()
    comment.refresh_from_db()
    assert (comment.author, comment.text, comment.is_standing) == (None, "", False)
    assert not CommentRevision.objects.exists()
    assert counters(paper) == (2, 1, 1)


def test_a_signal_is_sent_once_a_comment(paper, alice):
    sent = []
    comment_posted.connect(receiver := lambda comment, **_: sent.append(comment))
    comments = [post(alice, paper), post(alice, paper)]
    comment_posted.disconnect(receiver)
    assert sent == [comments[0]]


@pytest.mark.django_db(transaction=True)
def test_simultaneous_comments_and_votes_are_all_counted():
    paper, people = PaperFactory(), [UserFactory() for _ in range(6)]
    first = post(people[0], paper)
    race(*(lambda who=who: post(who, paper, "Yes.", first) for who in people))
    race(*(lambda who=who: CommentVote.objects.make(who, first) for who in people[1:]))
    first.refresh_from_db()
    assert (first.reply_count, first.vote_count) == (6, 5)
    assert counters(paper) == (7, 6, 6)


def test_deleting_a_paper_deletes_its_comments(paper, alice, bob, comment):
    post(bob, paper, "Why?", comment)
    Paper.objects.filter(pk=paper.pk).delete()
    with pytest.raises(Gone):
        comment.retract(alice)
    assert not Comment.objects.exists()


def test_people_who_are_named_are_told_once(paper, alice, bob, carol):
    sent = []
    people_mentioned.connect(receiver := lambda people, **_: sent.append(people))
    comment = post(alice, paper, "@Bob, @nobody and `@carol`: what does @alice mean?")
    comment.edit(alice, Content("@bob and @carol: what do you mean?"), 0)
    people_mentioned.disconnect(receiver)
    assert sent == [[bob.pk], [carol.pk]]
    assert comment.mentioned == ["bob", "carol"]


def test_links_of_what_was_run_count_too(paper, alice):
    alice.date_joined = timezone.now()
    with pytest.raises(BadInput, match="this one has 3"):
        post(alice, paper, "https://a.example", outcome="works", ran="https://b.example and https://c.example")


def test_at_most_twenty_people_are_mentioned_over_all_edits(paper, alice):
    names = [UserFactory().username for _ in range(30)]
    comment = post(alice, paper, " ".join(f"@{name}" for name in names[:15]))
    comment.edit(alice, Content(" ".join(f"@{name}" for name in names[15:])), 0)
    assert len(comment.mentioned) == 20


def test_what_reverses_a_line_is_not_kept(paper, alice):
    assert post(alice, paper, "a\u202eb").text == "ab"


def test_the_same_words_a_day_later_are_a_comment_of_their_own(paper, alice, comment):
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert post(alice, paper) != comment


def test_a_repaired_comment_is_drawn_anew(paper, comment):
    Comment.objects.filter(pk=comment.pk).update(vote_count=7)
    audit.repair()
    repaired = Comment.objects.get()
    assert (repaired.vote_count, repaired.revision) == (0, comment.revision + 1)


@pytest.mark.django_db(transaction=True)
def test_two_who_upvoted_each_other_leave_at_once():
    for _ in range(5):
        paper, people = PaperFactory(), [UserFactory(), UserFactory()]
        comments = [post(author, paper, f"{number}.") for number in range(3) for author in people]
        for comment in comments:
            CommentVote.objects.make(people[comment.author_id == people[0].pk], comment)
        assert race(*(person.delete for person in people))[0] is not None
        assert not CommentVote.objects.exists()
        assert audit.mismatches() == []


@pytest.mark.django_db(transaction=True)
def test_a_vote_that_is_withdrawn_while_its_voter_leaves_is_counted_back_once():
    for _ in range(5):
        comment, (voter, other) = post(UserFactory(), PaperFactory()), (UserFactory(), UserFactory())
        for person in (voter, other):
            CommentVote.objects.make(person, comment)
        race(lambda who=voter, what=comment: CommentVote.objects.unmake(who, what), voter.delete)
        comment.refresh_from_db()
        assert comment.vote_count == CommentVote.objects.count()
        other.delete()
