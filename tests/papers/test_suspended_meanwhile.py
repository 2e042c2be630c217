"""Whoever is suspended while a verb of theirs waits for somebody else ends up without it, or had done it before."""

import time
from contextlib import contextmanager
from threading import Event, Timer

import pytest
from django.db import connection, transaction

from accounts.models import User
from lib.conflicts import digests
from lib.refusals import NotAllowed
from orgs.models import Membership, Organisation
from orgs.roles import Role
from papers.models import Affiliation, Bookmark, Collection, CollectionFollow, Comment, CommentVote, Intake, Item
from papers.models.content import Content
from tests.database import contents
from tests.factories import OrganisationFactory, PaperFactory, UserFactory, appoint
from tests.race import race

pytestmark = pytest.mark.django_db(transaction=True)
WRITTEN = (Affiliation, Bookmark, Collection, CollectionFollow, Comment, CommentVote, Intake, Item)
WRITTEN += (Membership, Organisation)


class Scene:
    """Sue, who owns an organisation and a collection and has written a comment, and a moderator."""

    def __init__(self):
        self.sue, self.other, self.moderator = UserFactory(username="sue"), UserFactory(), appoint(UserFactory())
        self.lab, self.paper = OrganisationFactory(slug="lab"), PaperFactory()
        Membership.objects.create(organisation=self.lab, user=self.sue, role=Role.OWNER)
        Membership.objects.create(organisation=self.lab, user=self.other)
        self.own = Collection.objects.begin(self.sue, self.sue, "Own")
        self.open = Collection.objects.begin(self.other, self.other, "Open", visibility="public")
        self.comment = Comment.objects.post(self.sue, self.paper, Content("First."))
        self.others_comment = Comment.objects.post(self.other, self.paper, Content("Second."))

    @property
    def copy(self) -> User:
        """Sue as a request of hers has read her when it began."""
        return User.objects.get(pk=self.sue.pk)


# what → the row that it waits for, and the verb
WAITING = {
    "post a comment": ("paper", lambda sue, s: Comment.objects.post(sue, s.paper, Content("New."))),
    "edit a comment": ("paper", lambda sue, s: s.comment.edit(sue, Content("Edited."), 0)),
    "retract a comment": ("paper", lambda sue, s: s.comment.retract(sue)),
    "upvote a comment": ("others_comment", lambda sue, s: CommentVote.objects.make(sue, s.others_comment)),
    "put into a collection": ("own", lambda sue, s: Item.objects.add(sue, s.own, [s.paper.pk])),
    "edit a collection": ("own", lambda sue, s: s.own.edit(sue, visibility="public")),
    "delete a collection": ("own", lambda sue, s: s.own.end(sue)),
    "follow a collection": ("open", lambda sue, s: CollectionFollow.objects.make(sue, s.open)),
    "tag a paper": ("paper", lambda sue, s: Affiliation.objects.accept(sue, s.lab, s.paper)),
    "appoint": ("lab", lambda sue, s: Membership.objects.appoint(sue, s.lab, s.other, Role.ADMIN)),
    "save a draft": ("lab", lambda sue, s: s.lab.save_draft(sue, {"description": "Mine"}, digests(s.lab.state()))),
}
STARTING = {
    "bookmark": lambda sue, s: Bookmark.objects.make(sue, s.paper),
    "bring bookmarks back": lambda sue, s: Bookmark.objects.restore(sue, [(s.paper.pk, None, None)]),
    "import": lambda sue, s: Intake.objects.begin(sue, b"2509.08721"),
    "begin a collection": lambda sue, s: Collection.objects.begin(sue, sue, "New"),
} | {what: verb for what, (_, verb) in WAITING.items()}


@contextmanager
def row_locked(row):
    """Somebody else has locked this row, and keeps it until the block ends."""
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(f"SELECT FROM {row._meta.db_table} WHERE id = %s FOR UPDATE", [row.pk])
        try:
            yield
        finally:
            cursor.execute("COMMIT")
            other.close()


def wait_until_waiting(number: int) -> None:
    """Return when this many connections wait for a lock."""
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0] >= number:
                return
        time.sleep(0.01)
    raise AssertionError(f"fewer than {number} connections wait for a lock")


@pytest.mark.parametrize("what", WAITING)
def test_while_a_verb_waits(what):
    """A verb that has locked its actor lets the suspension wait, and so was done before it."""
    scene, order, held, released = Scene(), [], Event(), Event()
    row, verb = WAITING[what]
    sue, before = scene.copy, contents(*WRITTEN)

    def hold():
        with row_locked(getattr(scene, row)):
            held.set()
            released.wait(10)

    def act():
        held.wait(10)
        with transaction.atomic():
            try:
                return verb(sue, scene)
            finally:
                order.append("acted")  # before the commit, which ends the locks

    def suspend():
        held.wait(10)
        wait_until_waiting(1)
        Timer(0.3, released.set).start()  # by then the suspension is done, or waits, too
        scene.sue.suspend(scene.moderator, "Spam")
        order.append("suspended")

    _, outcome, _ = race(hold, act, suspend)
    assert not User.objects.get(pk=scene.sue.pk).is_active
    if isinstance(outcome, NotAllowed):
        assert (order, contents(*WRITTEN)) == (["suspended", "acted"], before)
    else:
        assert not isinstance(outcome, Exception)
        assert (order, contents(*WRITTEN) != before) == (["acted", "suspended"], True)


@pytest.mark.parametrize("what", STARTING)
def test_a_request_that_began_before_the_suspension_and_acts_after_it(what):
    scene = Scene()
    sue = scene.copy
    scene.sue.suspend(scene.moderator, "Spam")
    before = contents(*WRITTEN)
    with pytest.raises(NotAllowed):
        STARTING[what](sue, scene)
    assert contents(*WRITTEN) == before
