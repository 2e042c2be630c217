"""Notifications of comments: of answers, of mentions, and of new comments in a followed discussion."""

import json
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.models import User
from inbox.models import Notification
from papers.models import Comment, Content, PaperFollow
from tests.factories import PaperFactory, UserFactory, appoint
from tests.inbox.notifications.test_kinds import lines
from tests.inbox.notifications.test_notifications import text
from tests.orgs.conftest import confirm

SECRET = "I trust nobody with this text."
numbers = count()


def post(author, paper, words=SECRET, parent=None) -> Comment:
    """A comment with these words and a number, so that no text is posted twice."""
    return Comment.objects.post(author, paper, Content(f"{words} {next(numbers)}"), parent)


def kinds(user) -> list[str]:
    return list(user.notifications.order_by("pk").values_list("kind", flat=True))


@pytest.fixture
def dan(db):
    return UserFactory(username="Dan")


@pytest.fixture
def paper(db):
    return PaperFactory(arxiv_id="2509.08721", title="On $\\alpha$-decay")


@pytest.fixture
def question(paper, alice):
    return post(alice, paper)


def test_answers_to_one_comment_are_one_notification_while_it_is_unread(paper, question, alice, bob, carol, dan, work):
    first = post(bob, paper, parent=question)
    work()
    assert lines(alice) == ["Bob Birch replied to your comment on “On α-decay”."]
    for author in (carol, bob):
        post(author, paper, parent=question)
        work()
    assert lines(alice) == ["Bob Birch and Carol Cedar replied to your comment on “On α-decay”."]
    post(dan, paper, parent=question)
    work()
    assert lines(alice) == ["Bob Birch, Carol Cedar and 1 more replied to your comment on “On α-decay”."]
    unread = alice.notifications.get()
    assert unread.link == f"/comments/{first.pk}"
    unread.read()
    later = post(dan, paper, parent=question)
    work()
    assert lines(alice)[1:] == ["Dan replied to your comment on “On α-decay”."]
    assert alice.notifications.latest("pk").link == f"/comments/{later.pk}"


def test_answers_to_another_comment_are_another_notification(paper, question, alice, bob, work):
    for parent in (question, post(alice, paper)):
        post(bob, paper, parent=parent)
    work()
    assert kinds(alice) == ["reply", "reply"]


def test_whom_a_comment_names(paper, alice, bob, carol, dan, signed_in, work):
    first = post(alice, paper, "Ask @BOB and @dan, not @nobody.")
    post(carol, paper, "Or @bob?")
    work()
    assert lines(bob) == ["Alice Ash and Carol Cedar mentioned you in a comment on “On α-decay”."]
    assert lines(dan) == ["Alice Ash mentioned you in a comment on “On α-decay”."]
    assert bob.notifications.get().link == f"/comments/{first.pk}"
    assert Notification.objects.count() == 2
    assert lines(bob)[0] in text(signed_in(bob).get("/notifications"))


def test_who_follows_a_discussion_is_notified_of_comments_but_not_of_answers(paper, alice, bob, carol, work):
    for follower in (bob, carol):
        PaperFollow.objects.make(follower, paper)
    PaperFollow.objects.make(alice, PaperFactory())
    first = post(alice, paper)
    post(carol, paper, parent=first)
    work()
    assert lines(bob) == lines(carol) == ["Alice Ash commented on “On α-decay”."]
    second = post(carol, paper)
    work()
    assert lines(bob) == ["Alice Ash and Carol Cedar commented on “On α-decay”."]
    assert lines(carol) == ["Alice Ash commented on “On α-decay”."]
    assert bob.notifications.get().link == f"/comments/{first.pk}"
    bob.notifications.get().read()
    PaperFollow.objects.unmake(bob, paper)
    second.edit(carol, Content("Better."), 0)
    post(alice, paper)
    work()
    assert len(lines(bob)) == 1


def test_a_person_gets_one_notification_of_a_comment(paper, question, alice, bob, carol, work):
    for follower in (alice, bob, carol):
        PaperFollow.objects.make(follower, paper)
    work()
    Notification.objects.all().delete()  # of the question
    post(bob, paper, "@alice, because of @carol.", question)
    work()
    assert (kinds(alice), kinds(carol)) == (["reply"], ["mention"])
    post(bob, paper, "@alice?")
    work()
    assert (kinds(alice), kinds(carol)) == (["reply", "mention"], ["mention", "discussion"])


def test_an_edit_notifies_those_of_whom_it_is_news(paper, alice, bob, carol, dan, work):
    PaperFollow.objects.make(carol, paper)
    comment = post(alice, paper)
    work()
    Notification.objects.all().read()
    for edit, words in enumerate(["@bob @carol", "Nobody.", "@bob @carol @dan"]):
        comment.edit(alice, Content(words), edit)
        work()
        bob.notifications.read()
    assert (kinds(bob), kinds(carol), kinds(dan)) == (["mention"], ["discussion"], ["mention"])


def test_nobody_is_notified_of_what_they_did(paper, question, alice, bob, work):
    work()
    PaperFollow.objects.make(alice, paper)
    post(alice, paper, "I, @alice, say")
    post(alice, paper, "because", question)
    imported = Comment.objects.create(paper=paper, source_id="7", source_name="Ada", text="Hello.")
    post(bob, paper, "Who reads this?", imported)
    work()
    assert not Notification.objects.exists()


def test_a_comment_starts_at_most_one_job_beside_that_of_its_mentions(paper, question, alice, bob):
    post(alice, paper, parent=question)
    post(bob, paper, parent=question)
    jobs = ProcrastinateJob.objects.filter(task_name="inbox.notifications.tasks.notify").order_by("pk")
    assert [job.args["kind"] for job in jobs] == ["discussion", "reply"]


@pytest.mark.parametrize(
    "end",
    [
        lambda comment, author: comment.retract(author),
        lambda comment, author: comment.hide(appoint(UserFactory()), "Spam."),
        lambda comment, author: author.leave(),
        lambda comment, author: User.objects.filter(pk=author.pk).update(is_active=False),
        lambda comment, author: comment.paper.delete(),
    ],
    ids=["retracted", "hidden", "author left", "author deactivated", "paper deleted"],
)
def test_nobody_is_notified_of_a_comment_that_is_gone(paper, question, alice, bob, carol, work, end):
    work()
    PaperFollow.objects.make(carol, paper)
    for comment in [post(bob, paper, "@carol", question), post(bob, paper, "@alice")]:
        end(comment, bob)
    work()
    assert not Notification.objects.exists()


def test_who_is_deactivated_or_not_named_any_more_is_not_notified(paper, question, alice, bob, carol, dan, work):
    PaperFollow.objects.make(dan, paper)
    User.objects.filter(pk__in=[alice.pk, dan.pk]).update(is_active=False)
    post(bob, paper, "@carol", question).edit(bob, Content("Nobody."), 0)
    post(bob, paper)
    work()
    assert not Notification.objects.exists()


def test_a_mail_begins_with_our_words_and_has_no_text_of_a_comment(alice, bob, carol, dan, work, mailoutbox):
    paper = PaperFactory(title='You have "won"')
    PaperFollow.objects.make(confirm(dan), paper)
    answer = post(bob, paper, f"{SECRET} @carol", post(confirm(alice), paper))
    confirm(carol)
    work()
    subjects = {letter.to[0]: letter.subject for letter in mailoutbox}
    assert subjects == {
        "alice@example.org": "[Broadsheet] Reply to your comment on “You have 'won'”",
        "carol@example.org": "[Broadsheet] You were mentioned in a comment on “You have 'won'”",
    }
    assert dan.notifications.get().mail_subject == "New comment on “You have 'won'”"  # by mail once a day
    assert all(f"/comments/{answer.pk}\n" in letter.body for letter in mailoutbox)
    facts = json.dumps(list(Notification.objects.values_list("facts", flat=True)))
    assert all(SECRET not in place for place in [facts, *(letter.body for letter in mailoutbox)])


@pytest.mark.parametrize("followers", [1, 30])
def test_followers_are_found_and_notified_in_the_same_statements(paper, alice, work, followers):
    for _ in range(followers):
        PaperFollow.objects.make(UserFactory(), paper)
    post(alice, paper)
    with CaptureQueriesContext(connection) as statements:
        work()
    assert Notification.objects.count() == followers
    assert len([s for s in statements if "procrastinate" not in s["sql"]]) == 5  # two of them a savepoint's
