"""Each kind of notification, from what somebody does to its text on the page of notifications."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inbox.models import Notification
from orgs.models import Claim, Invitation, Membership
from orgs.roles import Role
from papers.ingest.save import save
from papers.models import AuthorFollow, Bookmark, Collection, Item, OrganisationFollow, PersonFollow, Proof, TopicFollow
from tests.factories import AuthorClaimFactory, OrganisationFactory, PaperFactory, UserFactory, appoint
from tests.orgs.conftest import confirm
from tests.papers.ingest.test_save import record_of


def lines(user) -> list[str]:
    return [str(notification) for notification in user.notifications.order_by("pk")]


@pytest.fixture
def fresh(time_machine):
    """A record of a paper that is listed now."""
    return lambda **fields: record_of(**{"listed_at": timezone.now().isoformat()} | fields)


def test_who_is_invited(lab, alice, carol, work, mailoutbox):
    confirm(carol)
    Invitation.objects.send(alice, lab, "carol", Role.ADMIN)
    Invitation.objects.send(alice, lab, "nobody@elsewhere.example", Role.MEMBER)
    work()
    assert lines(carol) == ["Alice Ash invited you to become an admin of The Lab."]
    assert (Notification.objects.count(), mailoutbox) == (1, [])  # its letter goes after the commit
    assert carol.notifications.get().link == "/orgs/lab"


def test_an_address_that_is_not_confirmed_is_nobodys(lab, alice, carol, work):
    carol.emailaddress_set.create(email="someone@elsewhere.example", verified=False)
    Invitation.objects.send(alice, lab, "someone@elsewhere.example", Role.MEMBER)
    work()
    assert not Notification.objects.exists()


def test_whose_role_changes(lab, alice, bob, work):
    Membership.objects.appoint(alice, lab, bob, Role.ADMIN)
    Membership.objects.appoint(alice, lab, bob, Role.ADMIN)
    work()
    assert lines(bob) == ["Alice Ash made you an admin of The Lab."]
    Membership.objects.appoint(alice, lab, bob, Role.OWNER)
    Membership.objects.appoint(alice, lab, alice, Role.MEMBER)
    Membership.objects.remove(bob, lab, alice)
    work()
    assert lines(bob) == ["Alice Ash made you an owner of The Lab."]
    assert lines(alice) == ["Bob Birch removed you from The Lab."]


def test_who_leaves_knows_it(lab, bob, work):
    Membership.objects.leave(bob, lab)
    work()
    assert lines(bob) == []


@pytest.mark.parametrize(
    ("verb", "line"),
    [
        ("grant", "Your claim to Free was approved."),
        ("refuse", "Your claim to Free was declined."),
    ],
)
def test_whose_claim_is_decided(alice, carol, signed_in, work, verb, line):
    claim = Claim.objects.ask(confirm(carol), OrganisationFactory(name="Free"), "Ours.")
    getattr(claim, verb)(appoint(alice), "We <b>looked</b>.")
    work()
    assert lines(carol) == [line]
    assert "We &lt;b&gt;looked&lt;/b&gt;." in signed_in(carol).get("/notifications").content.decode()


@pytest.mark.parametrize(
    ("verb", "state", "line", "subject"),
    [
        ("grant", "waiting", "You are now marked as the author Ada Lovelace of “Of engines”.", "approved"),
        ("refuse", "waiting", "Your claim to be Ada Lovelace of “Of engines” was declined.", "declined"),
        ("withdraw", "granted", "Moderators withdrew your claim to be Ada Lovelace of “Of engines”.", "withdrawn"),
    ],
)
def test_whose_claim_of_authorship_is_decided(carol, signed_in, work, mailoutbox, verb, state, line, subject):
    paper = PaperFactory(title="Of engines")
    claim = AuthorClaimFactory(user=confirm(carol), paper=paper, state=state)
    getattr(claim, verb)(appoint(UserFactory()), "We <b>looked</b>.")
    work()
    assert lines(carol) == [line]
    assert carol.notifications.get().link == paper.path
    assert "We &lt;b&gt;looked&lt;/b&gt;." in signed_in(carol).get("/notifications").content.decode()
    assert mailoutbox[0].subject == f"[Broadsheet] Your claim to “Of engines” was {subject}"


def test_a_proof_of_the_worker_is_told_and_what_one_sees_at_once_is_not(carol, work):
    for proof in ("orcid", "mail", "repository"):
        AuthorClaimFactory(user=carol, state="open").record({Proof(proof): ""})
    work()
    assert len(lines(carol)) == 1


def test_nobody_is_told_of_what_was_not_written(lab, alice, bob, work):
    with transaction.atomic():
        Membership.objects.appoint(alice, lab, bob, Role.ADMIN)
        transaction.set_rollback(True)
    work()
    assert not Notification.objects.exists()


def test_followers_of_what_brings_new_papers_in(lab, alice, bob, carol, fresh, work):
    OrganisationFollow.objects.make(bob, lab)
    AuthorFollow.objects.make(bob, "Ada Lovelace")
    for topic in ("cs.CL", "cs.LG", "agents"):
        TopicFollow.objects.make(carol, topic)
        TopicFollow.objects.make(alice, topic)
    AuthorFollow.objects.make(alice, "Ada Lovelace")
    save(
        [
            fresh(arxiv_id="2509.00001", authors=["Ada Lovelace"], categories=["cs.CL", "cs.LG"], keywords=["agents"]),
            fresh(arxiv_id="2509.00002", categories=["cs.CL"]),
            fresh(arxiv_id="2509.00003", categories=["cs.CV"]),
        ]
    )
    work()
    assert lines(bob) == ["1 new paper from what you follow: by Ada Lovelace"]
    assert lines(carol) == ["2 new papers from what you follow: agents, cs.CL and cs.LG"]
    assert lines(alice) == ["2 new papers from what you follow: agents, by Ada Lovelace, cs.CL and 1 more"]
    save([fresh(arxiv_id="2509.00004", categories=["cs.LG"]), fresh(arxiv_id="2509.00001", votes=9)])
    work()
    assert lines(carol) == ["3 new papers from what you follow: agents, cs.CL and cs.LG"]
    assert carol.notifications.get().link == "/papers/following"
    assert [path for _, path in carol.notifications.get().links] == [f"/papers/2509.0000{n}" for n in (1, 2, 4)]
    carol.notifications.get().read()
    save([fresh(arxiv_id="2509.00005", categories=["cs.LG"])])
    work()
    assert lines(carol)[1:] == ["1 new paper from what you follow: cs.LG"]


def test_further_papers_are_a_link_away(carol, fresh, work, signed_in):
    TopicFollow.objects.make(carol, "cs.LG")
    save([fresh(arxiv_id=f"2509.{n:05}", categories=["cs.LG"]) for n in range(1, 13)])
    work()
    page = signed_in(carol).get("/notifications").content.decode()
    assert page.count('<a href="/papers/2509.') == 10
    assert '<a href="/papers/following">2 more</a>' in page


def test_another_day_is_another_notification(carol, fresh, work, time_machine):
    TopicFollow.objects.make(carol, "cs.CL")
    for n in range(2):
        save([fresh(arxiv_id=f"2509.0000{n}", categories=["cs.CL"])])
        work()
        time_machine.move_to(timezone.now() + timedelta(days=1))
    assert len(lines(carol)) == 2


def test_an_archive_that_is_imported_is_no_news(carol, fresh, work):
    TopicFollow.objects.make(carol, "cs.CL")
    then = timezone.now() - timedelta(days=3)
    save([fresh(arxiv_id=f"2509.{n:05}", categories=["cs.CL"], listed_at=then.isoformat()) for n in range(30)])
    work()
    assert not Notification.objects.exists()


def test_what_one_submits_oneself_is_no_news(alice, carol, fresh, work):
    for follower in (alice, carol):
        TopicFollow.objects.make(follower, "cs.CL")
    PersonFollow.objects.make(carol, alice)
    save([fresh(categories=["cs.CL"])])
    alice.submitted_papers.model.objects.update(submitted_by=alice)
    work()
    assert lines(alice) == []
    assert lines(carol) == ["1 new paper from what you follow: cs.CL and submitted by Alice Ash"]


@pytest.mark.parametrize("followers", [1, 30])
def test_followers_are_found_and_told_in_the_same_statements(fresh, work, followers):
    for n in range(followers):
        person = UserFactory()
        for topic in ("cs.CL", f"topic {n}"):
            TopicFollow.objects.make(person, topic)
    save([fresh(arxiv_id=f"2509.{n:05}", categories=["cs.CL"]) for n in range(5)])
    with CaptureQueriesContext(connection) as statements:
        work()
    assert Notification.objects.count() == followers
    assert len([s for s in statements if "procrastinate" not in s["sql"]]) == 5  # two of them a savepoint's


@pytest.fixture
def kept(alice, bob, carol, lab):
    """Alice has bookmarked it, Bob collected it, and Alice, too; Carol removed it; the lab collected another."""
    paper = PaperFactory(arxiv_id="2509.08721", title="On $\\alpha$-decay")
    Bookmark.objects.make(alice, paper)
    for owner in (alice, bob, carol):
        collection = Collection.objects.begin(owner, owner, "Autumn")
        Item.objects.add(owner, collection, [paper.pk])
    Item.objects.remove(carol, collection, [paper.pk])
    Item.objects.add(alice, Collection.objects.begin(alice, lab, "Ours"), [paper.pk])
    return paper


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"version": 3}, "“On α-decay” has a new version, v3."),
        ({"version": 2, "withdrawn": True}, "“On α-decay” was withdrawn."),
    ],
)
def test_who_keeps_a_paper_that_changes(kept, alice, bob, work, fields, line):
    for _ in range(2):
        save([record_of(title=kept.title, **fields)])
        work()
    assert (lines(alice), lines(bob)) == ([line], [line])
    assert Notification.objects.count() == 2
    assert alice.notifications.get().link == "/papers/2509.08721"


def test_a_version_more_takes_the_place_of_an_unread_one(kept, alice, work):
    for version in (2, 3, 4):
        save([record_of(title=kept.title, version=version)])
        work()
    assert lines(alice) == ["“On α-decay” has a new version, v4."]
    assert alice.notifications.get().links == [("What changed", "/papers/2509.08721/versions")]


def test_who_becomes_a_moderator(alice, bob, work, signed_in):
    alice.is_superuser = True
    alice.save()
    bob.appoint(alice)
    bob.dismiss(alice)
    work()
    assert lines(bob) == ["Alice Ash made you a moderator."]
    found = bob.notifications.get()
    assert (found.link, found.links) == ("/moderation", [("Set up the second factor", "/accounts/2fa/")])
    assert lines(alice) == []
